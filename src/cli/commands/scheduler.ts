// resque scheduler: who leads, and how a lock is freed whose holder is gone for good.

import { type Command, Option } from 'commander'
import { holderText } from '../../http/checks.ts'
import {
  type Freeing,
  freeLock,
  type LocksView,
  type LockView,
  viewLocks,
} from '../../scheduler/lock-view.ts'
import type { CliContext } from '../context.ts'
import { addFlags, readFlags } from '../flags.ts'
import { printable, writeTable } from '../output.ts'
import { saysYes } from './ask.ts'
import { addCommand, answer, notFound, type Session } from './session.ts'
import { spanText, timeText } from './values.ts'

function view({ resque, command, context }: Session): Promise<LocksView> {
  const { appName } = readFlags(command, ['appName'], context)
  return viewLocks(resque.rooms.store, [appName])
}

function nameOf({ kind, appName }: LockView): string {
  return kind === 'app' ? `application ${appName}` : kind
}

function endText({ paint }: Session, { holder, isEndless, endsInMs }: LockView): string {
  if (holder === null) return '-'
  return isEndless ? paint('red', 'never') : `in ${spanText(endsInMs ?? 0)}`
}

function sinceText({ sinceMs }: LockView): string {
  return sinceMs === null ? '-' : timeText(new Date(sinceMs))
}

function heardText({ heardMsAgo }: LockView): string {
  return heardMsAgo === null ? '-' : `${spanText(heardMsAgo)} ago`
}

const duties = {
  shared: 'moves delayed jobs; fires the entries of applications without a name',
  app: 'fires the recurring entries of the application',
  'node-resque': 'moves delayed jobs for node-resque',
}

function cells(session: Session, lock: LockView): string[] {
  const holder = lock.holder === null ? session.paint('yellow', 'nobody') : printable(lock.holder)
  return [
    nameOf(lock),
    holder,
    lock.format ?? '-',
    sinceText(lock),
    heardText(lock),
    endText(session, lock),
    duties[lock.kind],
  ]
}

/** node-resque's lock, which ours takes along, is of interest only where node-resque has it. */
function shown({ locks }: LocksView): LockView[] {
  return locks.filter(({ kind, format }) => kind !== 'node-resque' || format === 'node-resque')
}

async function status(session: Session): Promise<undefined> {
  const seen = await view(session)
  const value = { locks: shown(seen), standby: seen.standby }
  answer(session, value, () => {
    const { stdout } = session
    const rows = value.locks.map((lock) => cells(session, lock))
    writeTable(stdout, ['lock', 'held by', 'format', 'since', 'last heard', 'ends', 'its holder'], rows)
    if (seen.standby !== null) stdout.write(`waiting for the shared lock: ${printable(seen.standby)}\n`)
    const endless = value.locks.some(({ isEndless }) => isEndless)
    if (endless) stdout.write('A lock without an end is never taken over; see resque scheduler release.\n')
  })
}

const outcomes: Readonly<Record<Freeing, string>> = {
  freed: 'it is free; a scheduler that stands by takes it within a second or two',
  gone: 'it has just ended by itself',
  other: 'another scheduler has just taken it, so it was left alone',
  live: 'it ends by itself now: its holder is alive and renews it, so it was left alone',
}

function mayFree(
  session: Session,
  { holder, format, isEndless, endsInMs, heardMsAgo }: LockView,
): string | null {
  if (isEndless || session.flags['force'] === true) return null
  const who = printable(holderText(holder ?? '', format))
  const heard = heardMsAgo === null ? '' : ` (last heard of ${spanText(heardMsAgo)} ago)`
  const ends = `it ends in ${spanText(endsInMs ?? 0)} unless its holder lives and renews it`
  return `the lock is held by ${who}${heard}, and ${ends}. Wait, or give --force to free it all the same.`
}

async function sayYes(session: Session, lock: LockView): Promise<boolean> {
  if (session.flags['yes'] === true) return true
  const question = `Free the lock of ${printable(lock.holder ?? '')}? If that process is alive, two may lead for a moment.`
  return saysYes(session.context, question)
}

async function free(session: Session, lock: LockView): Promise<number> {
  if (!(await sayYes(session, lock))) return notFound(session, 'nothing was changed')
  const force = session.flags['force'] === true
  const outcome = await freeLock(session.resque.rooms.store, lock, { force })
  const { key, holder } = lock
  answer(session, { key, holder, outcome }, () =>
    session.stdout.write(`${nameOf(lock)}: ${outcomes[outcome]}\n`),
  )
  return outcome === 'freed' || outcome === 'gone' ? 0 : 1
}

async function release(session: Session): Promise<number> {
  const { appName } = readFlags(session.command, ['appName'], session.context)
  const { locks } = await view(session)
  const kind = session.flags['nodeResque'] === true ? 'node-resque' : appName === '' ? 'shared' : 'app'
  const lock = locks.find((each) => each.kind === kind)
  if (lock === undefined || lock.holder === null) return notFound(session, 'nobody holds this lock')
  const reason = mayFree(session, lock)
  return reason === null ? free(session, lock) : notFound(session, reason)
}

const releaseHelp = `Without --app-name it is the lock that all schedulers share. What is freed is what was looked at: a lock that
changed hands meanwhile is left alone.

Exit codes: 0 free, 1 left as it is, 2 wrong usage.`

export function addScheduler(program: Command, context: CliContext): void {
  const description = 'who leads the schedulers, and until when'
  const spec = { usage: 'status', description, run: status }
  const group = program
    .command('scheduler')
    .description('the schedulers: who leads, and how a stuck lock is freed')
  const commands = [
    addCommand(group, context, spec),
    addCommand(group, context, {
      usage: 'release',
      description: 'frees a lock whose holder is gone and that does not end by itself',
      options: [
        new Option('--yes', 'do not ask'),
        new Option('--force', 'also a lock that ends by itself, whose holder may be alive'),
        new Option('--node-resque', "the lock of node-resque's scheduler"),
      ],
      after: releaseHelp,
      run: release,
    }),
  ]
  for (const command of commands) addFlags(command, ['appName'])
}
