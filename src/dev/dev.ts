// `resque dev`: a scheduler, a worker and a Redis, all on this machine, with jobs to watch. It goes on until it
// is told to stop, tells each change of each job, and leaves nothing behind.

import { Resque } from '../client/resque.ts'
import { systemClock } from '../clock.ts'
import { describeEntry } from '../recurring/describe.ts'
import type { LoadedSchedule } from '../recurring/file.ts'
import { Scheduler } from '../scheduler/scheduler.ts'
import type { JobClasses } from '../worker/job-classes.ts'
import { Worker } from '../worker/worker.ts'
import { announce, play, type Stage } from './demo.ts'
import { follow } from './follow.ts'
import { type Home, packageRoot, readHomeSchedule, shownPath } from './home.ts'
import { Journal } from './journal.ts'
import type { Paper } from './paper.ts'
import { openPlace, type Place } from './place.ts'
import { summarise } from './summary.ts'

export interface DevOptions {
  readonly cwd: string
  readonly home: Home
  /** The classes of `home.jobs`. */
  readonly classes: JobClasses
  /** A Redis that runs already; null starts a private one. */
  readonly redisUrl: string | null
  /** The variable PATH, to find redis-server. */
  readonly searchPath: string | undefined
  readonly concurrency: number
  /** Ends by itself after so long; null goes on until the signal. */
  readonly forSeconds: number | null
  readonly paper: Paper
  readonly signal: AbortSignal
}

/** How long jobs in hand may go on at the end: not long, since what they would go back to is thrown away. */
const termTimeoutSeconds = 2
/** Redis is near: when it has not answered by then it has gone. */
const commandTimeoutMs = 2_000

interface Setting {
  readonly options: DevOptions
  readonly place: Place
  readonly schedule: LoadedSchedule
}

function writeEntries({ entries, otherEnvironments }: LoadedSchedule, paper: Paper): void {
  const width = Math.max(0, ...entries.map(({ name }) => name.length))
  const words = entries.map(describeEntry)
  const wordsWidth = Math.max(0, ...words.map((text) => text.length))
  entries.forEach((entry, index) => {
    const timing = (words[index] ?? '').padEnd(wordsWidth)
    paper.write(
      paper.printable(
        `             ${entry.name.padEnd(width)}  ${timing}  ${entry.class} in ${entry.queue}`,
      ),
    )
  })
  if (otherEnvironments.length === 0) return
  paper.write(`             left out, being for other environments: ${otherEnvironments.join(', ')}`)
}

/** How to call the other programs from here. */
function programName(cwd: string): string {
  return `${cwd}/` === packageRoot ? 'node bin/resque.js' : 'npx resque'
}

function scheduleText({ options, schedule }: Setting): string {
  const { cwd, home } = options
  if (home.schedule === null) return 'no schedule: nothing recurs (give --schedule FILE)'
  const count = schedule.entries.length
  return `${shownPath(cwd, home.schedule)}, ${count} recurring ${count === 1 ? 'entry' : 'entries'}`
}

function writeTitle(setting: Setting): void {
  const { options, place, schedule } = setting
  const { paper, cwd, home, concurrency, forSeconds, classes } = options
  const label = (text: string): string => `  ${paper.paint('cyan', text.padEnd(9))}`
  const places = home.jobs.map((path) => shownPath(cwd, path)).join(', ')
  const title = `resque dev: a Redis, a scheduler and a worker on this machine (pid ${process.pid})`
  paper.write(paper.paint('bold', title))
  paper.write(`${label('redis')}  ${place.title}`)
  paper.write(`${label('scheduler')}  ${scheduleText(setting)}`)
  writeEntries(schedule, paper)
  paper.write(`${label('worker')}  all queues, ${concurrency} jobs at a time, from ${places}:`)
  paper.write(paper.printable(`             ${classes.names().join(', ')}`))
  paper.write(`${label('look')}  ${commandText(setting, 'stats')}`)
  paper.write('             in another terminal; or queues, delayed, failed, workers, recurring, status ID')
  paper.write(`${label('stop')}  Ctrl-C${forSeconds === null ? '' : `, or by itself after ${forSeconds} s`}`)
  paper.write('')
}

/** What one types in another terminal to look at this Redis. */
function commandText({ options, place }: Setting, command: string): string {
  return `${place.variables}${programName(options.cwd)} ${command}${place.flags}`
}

function writeInvitation(setting: Setting): void {
  const { paper, home, classes } = setting.options
  if (home.hasExamples) {
    announce(paper)
    return
  }
  const name = classes.names()[0] ?? 'SendEmail'
  const queue = classes.find(name)?.queue ?? 'mail'
  paper.write('the jobs are yours: enqueue one from another terminal')
  paper.write(`  ${commandText(setting, `enqueue ${name} ARGS --queue ${queue}`)}`)
}

/** The queues that are known beforehand, then all others: so a first job need not wait until its queue is seen. */
function queuesOf({ options, schedule }: Setting): string[] {
  const { classes } = options
  const queues = [
    ...classes.names().map((name) => classes.find(name)?.queue),
    ...schedule.entries.map(({ queue }) => queue),
  ]
  const names = queues.filter((queue): queue is string => typeof queue === 'string')
  return [...[...new Set(names)].sort(), '*']
}

/** Performs and schedules until the signal, then until both have stopped. */
async function live(setting: Setting, resque: Resque, journal: Journal, over: AbortSignal): Promise<void> {
  const { options, schedule } = setting
  const { classes } = options
  const scheduler = new Scheduler({ resque, entries: schedule.entries })
  const worker = new Worker({
    resque,
    queues: queuesOf(setting),
    jobs: Object.fromEntries(classes.names().map((name) => [name, classes.get(name)])),
    concurrency: options.concurrency,
    termTimeoutSeconds,
  })
  const stage = { resque, journal, clock: systemClock }
  const running = [
    worker.run(over),
    scheduler.run(over),
    follow({ ...stage, scheduler, worker, schedule }, over),
  ]
  if (options.home.hasExamples) {
    const ready = Promise.all([started(scheduler), started(worker)])
    void untilOver(ready, over).then(() => demonstrate(stage, over))
  }
  await Promise.all(running)
}

/** Not waited for at the end: an enqueue that Redis does not answer is patient. */
async function demonstrate(stage: Stage, over: AbortSignal): Promise<void> {
  try {
    await play(stage, over)
  } catch (error) {
    if (!over.aborted) stage.journal.trouble('jobs to watch', error)
  }
}

function started(daemon: Scheduler | Worker): Promise<void> {
  return new Promise((resolve) => daemon.on('started', () => resolve()))
}

/** Resolves with `promise`, or when the signal aborts. */
function untilOver(promise: Promise<unknown>, over: AbortSignal): Promise<unknown> {
  if (over.aborted) return Promise.resolve()
  return Promise.race([promise, new Promise((resolve) => over.addEventListener('abort', resolve))])
}

/** Aborts when the time is over, the caller says so, or Redis has gone. */
function ending({ options, place }: Setting): { over: AbortSignal; isLost: () => boolean } {
  const over = new AbortController()
  let isLost = false
  const end = (): void => over.abort()
  if (options.signal.aborted) end()
  options.signal.addEventListener('abort', end)
  void place.lost.then(() => {
    isLost = true
    options.paper.write('redis-server has ended: someone or something stopped it. Start resque dev again.')
    end()
  })
  if (options.forSeconds !== null) {
    void systemClock.sleep(options.forSeconds * 1000, over.signal).then(end)
  }
  return { over: over.signal, isLost: () => isLost }
}

async function perform(setting: Setting): Promise<number> {
  const { options, place } = setting
  const resque = new Resque({ redis: place.url, namespace: place.namespace, commandTimeoutMs })
  const journal = new Journal(options.paper, systemClock)
  try {
    await resque.connect()
    writeTitle(setting)
    writeInvitation(setting)
    options.paper.write('')
    const { over, isLost } = ending(setting)
    const startedMs = systemClock.nowMs()
    await live(setting, resque, journal, over)
    if (isLost()) return 1
    await summarise(options.paper, resque, journal, systemClock.nowMs() - startedMs)
    return 0
  } finally {
    await resque.close()
  }
}

/**
 * Runs until the signal or the end of the time. Resolves to the exit code: 0 ended as asked, 1 Redis was lost.
 * @throws RedisError when there is no Redis; ConfigurationError for a schedule without a good entry
 */
export async function runDev(options: DevOptions): Promise<number> {
  const { paper, home, classes } = options
  const queueOf = (name: string): string | null => classes.find(name)?.queue ?? null
  const schedule = readHomeSchedule(home.schedule, queueOf, (problem) => paper.write(problem))
  const place = await openPlace(options.redisUrl, options.searchPath)
  try {
    const code = await perform({ options, place, schedule })
    paper.write(await place.end())
    return code
  } catch (error) {
    await place.end().catch(() => undefined) // why it could not be used is what counts
    throw error
  }
}
