// resque-scheduler plan: what a deploy of a schedule file would add, change and remove, against the entries that
// the leading scheduler has told Redis of.

import { type Command, Option } from 'commander'
import type { ScheduleEntry } from '../../recurring/entry.ts'
import {
  diffSchedules,
  freshStanding,
  nextRuns,
  type ScheduleDiff,
  standingAfter,
} from '../../recurring/schedule-diff.ts'
import { type KnownEntry, readKnown, snapshot } from '../../recurring/snapshot.ts'
import type { Standing } from '../../recurring/standing.ts'
import { addCommand, type Session } from '../commands/session.ts'
import type { CliContext } from '../context.ts'
import { addFlags, readFlags } from '../flags.ts'
import { PacedWriter } from './paced-writer.ts'
import { addReading, exitCodeFor, type Rehearsal, readRehearsal } from './rehearsal.ts'
import { type Plan, planJson, planText } from './tell-plan.ts'

const runsShown = 3
/** With --exit-code, and nothing went wrong. */
const changesExitCode = 3

interface InForce {
  readonly entries: readonly ScheduleEntry[]
  /** Dynamic entries too: one of the same name in the file would win. */
  readonly dynamic: ReadonlySet<string>
  readonly standings: ReadonlyMap<string, Standing>
}

function inForce(known: readonly KnownEntry[]): InForce {
  const files = known.filter(({ source }) => source === 'file')
  return {
    // What cannot be read is not in force: it counts as new.
    entries: files.map((each) => readKnown(each).entry).filter((entry) => entry !== null),
    dynamic: new Set(known.filter(({ source }) => source === 'dynamic').map(({ name }) => name)),
    standings: new Map(known.flatMap(({ name, standing }) => (standing === null ? [] : [[name, standing]]))),
  }
}

function planOf(diff: ScheduleDiff, { dynamic, standings }: InForce, nowMs: number): Plan {
  const shown = { nowMs, count: runsShown }
  const standingOf = (name: string): Standing => standings.get(name) ?? freshStanding(nowMs)
  const added = diff.added.map((entry) => {
    const runs = nextRuns(entry, freshStanding(nowMs), shown)
    return { entry, runs, replacesDynamic: dynamic.has(entry.name) }
  })
  const changed = diff.changed.map((change) => {
    const standing = standingOf(change.name)
    const runsBefore = nextRuns(change.before, standing, shown)
    const runsAfter = nextRuns(change.after, standingAfter(change, standing, nowMs), shown)
    return { ...change, runsBefore, runsAfter }
  })
  const removed = diff.removed.map((entry) => {
    return { entry, runs: nextRuns(entry, standingOf(entry.name), shown) }
  })
  return { added, changed, removed, unchanged: diff.unchanged.map(({ name }) => name) }
}

function exitCodeOf(session: Session, rehearsal: Rehearsal, plan: Plan): number | undefined {
  const code = exitCodeFor(rehearsal)
  const count = plan.added.length + plan.changed.length + plan.removed.length
  return code === 0 && count > 0 && session.flags['exitCode'] === true ? changesExitCode : code
}

async function plan(session: Session): Promise<number | undefined> {
  const { resque, clock, command, context, args } = session
  const { appName } = readFlags(command, ['appName'], context)
  const rehearsal = await readRehearsal(command, args, context, { zoneIsForShowing: true })
  const { store, recurring } = resque.rooms
  const known = inForce(await snapshot(store, recurring(appName).keys))
  const diff = diffSchedules(known.entries, rehearsal.schedule.entries)
  const answer = planOf(diff, known, clock.nowMs())
  const writer = new PacedWriter(context)
  const words = { zone: rehearsal.zone, paint: session.paint, isFirst: known.entries.length === 0 }
  writer.add(rehearsal.isJson ? planJson(answer) : planText(answer, words))
  await writer.flush()
  return exitCodeOf(session, rehearsal, answer)
}

const after = `What is in force is what the leading scheduler of this application has told Redis. Read the files as it does:
give the same --environment, --default-queue and --jobs. Dynamic entries (resque recurring set) are left alone.

Examples:
  resque-scheduler plan schedules/app.yml --environment production
  resque-scheduler plan schedules/ --redis redis://redis.internal:6379 --app-name shop --json
  resque-scheduler plan schedules/app.yml --exit-code || echo "the deploy changes the schedule"

Exit codes: 0 told, whether something changes or not (with --exit-code 3 when something does), 1 an entry has an
error or Redis does not answer, 2 wrong usage.`

/** Adds `plan` to the program. */
export function registerPlan(program: Command, context: CliContext): Command {
  const command = addCommand(program, context, {
    usage: 'plan <file...>',
    description: 'tell what a deploy of these schedule files would add, change and remove',
    options: [new Option('--exit-code', 'exit with 3 when something would change')],
    after,
    run: plan,
  })
  addFlags(command, ['appName'])
  return addReading(command, null)
}
