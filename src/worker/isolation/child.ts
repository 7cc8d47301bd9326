// The life of a job's process: it loads the job files, performs one job after the other as the worker tells it,
// and ends when the worker closes the channel. Signals are for the worker to decide about.

import { Worker as Thread } from 'node:worker_threads'
import { Emitter } from '../../events.ts'
import { followJobs } from '../../job/ambient.ts'
import { decodePayload } from '../../job/codec.ts'
import type { Reserved } from '../../running/running.ts'
import { Abort, Context } from '../context.ts'
import type { JobClasses } from '../job-classes.ts'
import { loadJobs } from '../load-jobs.ts'
import { followAllJobs, runJob } from '../run-job.ts'
import { watchStrayErrors } from '../stray-errors.ts'
import type { Listening } from '../voice.ts'
import type { ChildOrders, FromChild, ToChild } from './messages.ts'
import type { Written } from './outputs.ts'
import { packError, unpackError } from './packed-error.ts'
import { killGroup } from './process-group.ts'
import { RemoteEnqueuer } from './remote-enqueuer.ts'

/** Whoever signals the whole group (Ctrl-C, systemd) means the worker: it lets the jobs end, or ends them. */
const ignored = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

type Say = (message: FromChild) => void

function resultJson(result: unknown): { readonly json?: string } {
  try {
    const json = JSON.stringify(result)
    return json === undefined ? {} : { json }
  } catch {
    return {}
  }
}

interface Child {
  readonly classes: JobClasses
  readonly enqueuer: RemoteEnqueuer
  readonly say: Say
}

/** What a job says goes to the worker, which tells Redis and the log. */
function contextOf(reserved: Reserved, abort: Abort, { say, enqueuer }: Child): Context {
  const events = new Emitter()
  events.on('logged', ({ line }) => say({ kind: 'log', line }))
  const listening: Listening = {
    addLog: () => Promise.resolve(), // the event has told it
    setProgress: (_id, percent, message) =>
      Promise.resolve(say({ kind: 'progress', percent, ...(message === undefined ? {} : { message }) })),
  }
  return new Context(reserved, decodePayload(reserved.payload), abort, listening, events, () => enqueuer)
}

function written(): Written {
  return [process.stdout.bytesWritten, process.stderr.bytesWritten]
}

async function endOf(run: () => Promise<unknown>): Promise<FromChild> {
  try {
    return { kind: 'done', ...resultJson(await run()), written: written() }
  } catch (error) {
    return { kind: 'failed', error: packError(error), written: written() }
  }
}

async function perform(reserved: Reserved, abort: Abort, child: Child): Promise<void> {
  const context = contextOf(reserved, abort, child)
  const end = await endOf(async () => runJob(child.classes.get(context.className), context))
  await context.said
  child.say(end)
}

/** Performs what the worker sends; resolves when the worker has let go. */
function obey(node: NodeJS.Process, child: Child): Promise<void> {
  let abort = new Abort()
  node.on('message', (message: ToChild) => {
    if (message.kind === 'abort') return abort.abort(unpackError(message.reason) as Error)
    if (message.kind === 'enqueued') return child.enqueuer.hear(message)
    abort = new Abort()
    void perform(message.reserved, abort, child)
  })
  return new Promise((resolve) => node.on('disconnect', () => resolve()))
}

/** An error from beside a job makes that job fail, as it does without isolation. */
function stayAlive(node: NodeJS.Process, say: Say): void {
  for (const signal of ignored) node.on(signal, () => undefined)
  followAllJobs()
  const tell = ({ kind, error, hasFailed }: { kind: string; error: unknown; hasFailed: boolean }): void => {
    if (kind === 'exception') say({ kind: 'spent' })
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    if (!hasFailed) node.stderr.write(`an error that nobody caught: ${text}\n`)
  }
  watchStrayErrors({ has: () => true, tell })
}

/** Lives until the worker lets go. @param node the global `process` */
export async function liveAsChild(node: NodeJS.Process): Promise<void> {
  const orders = JSON.parse(node.argv[2] ?? '') as ChildOrders
  const lifeline = new URL('./lifeline.js', import.meta.url)
  new Thread(lifeline, { workerData: { maxMemoryMb: orders.maxMemoryMb }, execArgv: [] }).unref()
  const say: Say = (message) => void node.send?.(message)
  followJobs()
  stayAlive(node, say)
  try {
    const classes = await loadJobs(orders.paths, orders.cwd)
    const letGo = obey(node, { classes, say, enqueuer: new RemoteEnqueuer(say) })
    say({ kind: 'ready' })
    await letGo
    node.on('exit', () => killGroup(node.pid))
  } catch (error) {
    say({ kind: 'broken', error: packError(error) })
  }
}
