// Performing in tests: all that waits, by a real worker; or one job at once, without a queue.

import type { Resque } from '../client/resque.ts'
import { systemClock } from '../clock.ts'
import { ConfigurationError, DontPerform } from '../errors.ts'
import { Emitter, type Events } from '../events.ts'
import { decodePayload } from '../job/codec.ts'
import type { JobClass } from '../job/job.ts'
import { checkJobClass, jobName } from '../job/names.ts'
import { newJob } from '../job/new-job.ts'
import { callFailureHooks } from '../worker/around-job.ts'
import { Abort, Context } from '../worker/context.ts'
import { hooksOfPlugins } from '../worker/hooks.ts'
import type { JobSource } from '../worker/job-classes.ts'
import { runJob } from '../worker/run-job.ts'
import { Worker } from '../worker/worker.ts'

/** What became of a job that was performed; of one that is retried, its next attempt is delayed. */
export interface PerformedJob {
  readonly class: string
  readonly args: readonly unknown[]
  readonly id: string | null
  readonly outcome: 'complete' | 'failed' | 'retried' | 'vetoed'
  readonly result?: unknown
  readonly error?: unknown
  /** What it said with `this.job.log`. */
  readonly logs: readonly string[]
  /** The last percentage that it told with `this.job.progress`. */
  readonly progress?: number
}

/** A worker that gets no work gives up after so long, in milliseconds: before the runner of the test does (5 s). */
const patienceMs = 4_000

async function fullQueues(resque: Resque): Promise<string[]> {
  const queues = await resque.queues.list()
  return queues.filter(({ size, paused }) => size > 0 && !paused).map(({ name }) => name)
}

type Ended = Events['completed'] | Events['failed'] | Events['retried'] | Events['vetoed']

/** Puts each job that this worker ends into the list. */
function noteEnds(worker: Worker, performed: PerformedJob[], argsOf: Map<string, readonly unknown[]>): void {
  const logs = new Map<string | null, string[]>()
  worker.on('logged', ({ id, line }) => logs.set(id, [...(logs.get(id) ?? []), line]))
  const note = (outcome: PerformedJob['outcome']) => (event: Ended) => {
    const { class: name, id } = event
    const end = {
      ...('result' in event ? { result: event.result } : {}),
      ...('error' in event ? { error: event.error } : {}),
    }
    const said = logs.get(id) ?? []
    logs.delete(id)
    performed.push({ class: name, args: argsOf.get(id ?? '') ?? [], id, outcome, ...end, logs: said })
  }
  worker.on('completed', note('complete'))
  worker.on('failed', note('failed'))
  worker.on('retried', note('retried'))
  worker.on('vetoed', note('vetoed'))
}

/** Notes the args of each job: events do not carry them. */
function argsPlugin(argsOf: Map<string, readonly unknown[]>): object {
  return { beforePerform: ({ id, args }: Context) => void argsOf.set(id ?? '', args) }
}

export interface Shift {
  readonly queues: string
  readonly concurrency: number
  /** Whether there is nothing left to do. */
  isDone(performed: readonly PerformedJob[]): Promise<boolean>
}

async function workUntilDone(worker: Worker, performed: PerformedJob[], shift: Shift): Promise<void> {
  let idleSinceMs = systemClock.nowMs()
  for (let seen = 0; !(await shift.isDone(performed)); await systemClock.sleep(1)) {
    if (worker.busy > 0 || performed.length > seen) idleSinceMs = systemClock.nowMs()
    seen = performed.length
    if (systemClock.nowMs() - idleSinceMs < patienceMs) continue
    const why = `jobs wait in "${shift.queues}" that the worker does not take`
    throw new ConfigurationError(`${why}. Look for a pause of all queues (resque.workers.resumeAll()).`)
  }
}

/** A worker performs jobs until there is nothing left to do. */
export async function work(resque: Resque, jobs: JobSource, shift: Shift): Promise<PerformedJob[]> {
  const [performed, argsOf] = [[] as PerformedJob[], new Map<string, readonly unknown[]>()]
  const { queues, concurrency } = shift
  const worker = new Worker({ resque, queues, jobs, concurrency, plugins: [argsPlugin(argsOf)] })
  noteEnds(worker, performed, argsOf)
  await worker.start()
  try {
    await workUntilDone(worker, performed, shift)
  } finally {
    await worker.stop({ finish: true })
  }
  return performed
}

/** Performs what waits, and what those jobs enqueue, until nothing waits but in queues that are paused. */
export async function drain(resque: Resque, jobs: JobSource): Promise<PerformedJob[]> {
  const performed: PerformedJob[] = []
  const isDone = async (): Promise<boolean> => (await fullQueues(resque)).length === 0
  while (!(await isDone()))
    performed.push(...(await work(resque, jobs, { queues: '*', concurrency: 10, isDone })))
  return performed
}

function contextFor(resque: Resque, jobClass: JobClass, args: readonly unknown[], logs: string[]): Context {
  const nowMs = resque.rooms.clock.nowMs()
  const queue = jobClass.queue ?? 'testing'
  const { payload } = newJob({
    className: jobName(jobClass),
    args,
    queue,
    plannedSeconds: Math.floor(nowMs / 1000),
    nowMs,
    format: 'php',
    tracked: true,
  })
  const hear = {
    addLog: async (_id: string, lines: readonly string[]) => void logs.push(...lines),
    setProgress: async () => undefined,
  }
  const reserved = { queue, failures: 0, deaths: 0 }
  return new Context(reserved, decodePayload(payload), new Abort(), hear, new Emitter(), () => resque)
}

type End = Pick<PerformedJob, 'outcome' | 'result' | 'error'>

async function endOf(jobClass: JobClass, context: Context): Promise<End> {
  try {
    return { outcome: 'complete', result: await runJob(jobClass, context) }
  } catch (error) {
    if (DontPerform.is(error)) return { outcome: 'vetoed', error }
    await callFailureHooks(jobClass, hooksOfPlugins([]), context, error)
    return { outcome: 'failed', error }
  }
}

/**
 * Performs one job here and now, with its hooks and `this.job`: no queue, no retries, no timeout. Its args make the
 * journey through JSON that they would make.
 */
export async function performNow(
  resque: Resque,
  job: JobClass,
  args: readonly unknown[],
): Promise<PerformedJob> {
  const jobClass = checkJobClass(job)
  const logs: string[] = []
  const context = contextFor(resque, jobClass, args, logs)
  const end = await endOf(jobClass, context)
  await context.said
  const { className, id, percent } = context
  const progress = percent === undefined ? {} : { progress: percent }
  return { class: className, args: context.args, id, ...end, logs, ...progress }
}
