// Fires recurring entries that are due: makes their jobs, claims and enqueues them in calls of bounded size, a few
// of which are under way at a time. Calls may overtake one another, so all runs of one entry go into one call, or
// into calls that wait for each other.

import type { Emitter } from '../events.ts'
import type { PayloadFormat } from '../job/codec.ts'
import { newJob } from '../job/new-job.ts'
import type { ScheduleEntry } from '../recurring/entry.ts'
import { skippedText } from '../recurring/history.ts'
import { Pace } from '../recurring/pace.ts'
import { type Claim, type Occurrence, type Recurring, runKinds } from '../recurring/recurring.ts'
import { timingText } from '../recurring/standing.ts'
import { type Due, type DueRun, judge, type Planner, type SkippedRuns } from './planner.ts'

export interface Firing {
  readonly recurring: Recurring
  readonly planner: Planner
  readonly events: Emitter
  readonly format: PayloadFormat
  /** My value in the leader's lock. */
  readonly leader: string
  /** Names of classes that are asked before their jobs are enqueued. */
  readonly askedFirst: readonly string[]
}

/** `lost`: someone else leads now. `changed`: an entry is not what it was when it was loaded. */
export type FiringEnd = 'done' | 'lost' | 'changed'

const runsPerCall = 120
const callsUnderWay = 6

interface Call {
  readonly occurrence: Occurrence
  readonly id: string | null
  readonly run: DueRun | null
  readonly skipped: SkippedRuns | null
}

function occurrenceOf(entry: ScheduleEntry, plannedMs: number): Omit<Occurrence, 'payload'> {
  const { name, overlap, limit } = entry
  return { name, plannedMs, overlap, limit, queue: entry.queue ?? '', timing: timingText(entry) }
}

function skippedCall(skipped: SkippedRuns): Call {
  const more = skippedText(skipped.count, skipped.reason)
  const occurrence = { ...occurrenceOf(skipped.entry, skipped.lastPlannedMs), payload: null, more }
  return { occurrence, id: null, run: null, skipped }
}

/** A job that cannot be made must not hold up the others. */
function runCall(run: DueRun, firing: Firing, nowMs: number): Call {
  try {
    return madeCall(run, firing, nowMs)
  } catch (error) {
    const { entry, plannedMs } = run
    const reason = `its job cannot be made: ${error instanceof Error ? error.message : String(error)}`
    return skippedCall({ entry, lastPlannedMs: plannedMs, firstPlannedMs: plannedMs, count: 1, reason })
  }
}

function madeCall(run: DueRun, { format, askedFirst }: Firing, nowMs: number): Call {
  const { entry, plannedMs, previousMs } = run
  const job = newJob({
    className: entry.class,
    args: entry.params,
    queue: entry.queue ?? '',
    plannedSeconds: Math.floor(plannedMs / 1000),
    nowMs,
    format,
    tracked: true,
    recurring: { name: entry.name, plannedMs, previousMs },
  })
  const kind = run.caughtUp ? runKinds.caughtUp : runKinds.planned
  const isAsked = askedFirst.includes(entry.class)
  const occurrence = { ...occurrenceOf(entry, plannedMs), payload: job.payload, kind, isAsked }
  return { occurrence, id: job.id, run, skipped: null }
}

/** Older planned times first: a claim of a later one would leave the earlier ones out. */
function callsOf({ skipped, runs }: Due, firing: Firing, nowMs: number): Call[] {
  const calls = runs.map((run) => runCall(run, firing, nowMs))
  return skipped === null ? calls : [skippedCall(skipped), ...calls]
}

function reasonFor(claim: Claim, { overlap }: Occurrence): string | null {
  if (claim === 'overlapping') return `overlap: ${overlap}, and an earlier job has not ended`
  return claim === 'disabled' ? 'the entry is disabled' : null
}

function tell({ events }: Firing, { run, skipped, id, occurrence }: Call, claim: Claim): void {
  const { name, plannedMs, queue } = occurrence
  const reason = reasonFor(claim, occurrence)
  if (reason !== null) events.emit('skipped', { entry: name, count: 1, firstPlannedMs: plannedMs, reason })
  else if (claim !== 'claimed') return
  else if (skipped !== null) {
    const { count, firstPlannedMs, reason: why } = skipped
    events.emit('skipped', { entry: name, count, firstPlannedMs, reason: why })
  } else if (run !== null) {
    const { caughtUp, entry } = run
    events.emit('fired', { entry: name, class: entry.class, queue, plannedMs, id, caughtUp })
  }
}

/** Fires what has been gathered, and remembers how it went. */
class Flight {
  readonly #firing: Firing
  /** Redis's time, when this pass began. */
  readonly #nowMs: number
  readonly #underWay = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined
  end: FiringEnd = 'done'

  constructor(firing: Firing, nowMs: number) {
    this.#firing = firing
    this.#nowMs = nowMs
  }

  get goesOn(): boolean {
    return this.end !== 'lost' && this.#failure === undefined
  }

  async #fire(calls: readonly Call[]): Promise<void> {
    const { recurring, leader } = this.#firing
    const { leading, claims } = await recurring.fire(
      calls.map(({ occurrence }) => occurrence),
      leader,
      this.#nowMs,
    )
    if (!leading) this.end = 'lost'
    else for (const [index, call] of calls.entries()) this.#note(call, claims[index] ?? 'left out')
  }

  #note(call: Call, claim: Claim): void {
    const { name, plannedMs } = call.occurrence
    const { planner } = this.#firing
    if (claim === 'early') return
    if (claim === 'changed') this.end = 'changed'
    if (claim === 'used up') planner.usedUp(name)
    else planner.ran(name, plannedMs, claim === 'claimed' && call.run !== null)
    tell(this.#firing, call, claim)
  }

  /** Resolves as soon as the next call may be made. */
  async send(calls: readonly Call[]): Promise<void> {
    const sent: Promise<void> = this.#fire(calls)
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#underWay.delete(sent))
    this.#underWay.add(sent)
    if (this.#underWay.size >= callsUnderWay) await Promise.race(this.#underWay)
  }

  /** Resolves when no call is under way. @throws what the first call that failed has thrown */
  async land(): Promise<void> {
    await Promise.all(this.#underWay)
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** One after another. */
  async sendInOrder(calls: readonly Call[]): Promise<void> {
    for (let from = 0; from < calls.length && this.goesOn; from += runsPerCall) {
      await this.send(calls.slice(from, from + runsPerCall))
      await this.land()
    }
  }
}

/** One pass over all entries that are due. */
async function fireOnce(firing: Firing, nowMs: number): Promise<FiringEnd> {
  const flight = new Flight(firing, nowMs)
  const pace = new Pace()
  let gathered: Call[] = []
  for (const planned of firing.planner.due(nowMs)) {
    if (!flight.goesOn) break
    const calls = callsOf(judge(planned, nowMs), firing, nowMs)
    if (calls.length > runsPerCall) await flight.sendInOrder(calls)
    else gathered.push(...calls)
    if (gathered.length >= runsPerCall) {
      await flight.send(gathered)
      gathered = []
    }
    if (pace.isOver) await pace.rest()
  }
  if (gathered.length > 0 && flight.goesOn) await flight.send(gathered)
  await flight.land()
  return flight.end
}

/** Fires all that is due at `nowMs`. */
export async function fireDue(firing: Firing, nowMs: number): Promise<FiringEnd> {
  let end: FiringEnd = 'done'
  while (end === 'done' && firing.planner.nextMs <= nowMs) end = await fireOnce(firing, nowMs)
  return end
}
