// The processes that perform a worker's jobs: one for each slot, started ahead of time, used again and again, and
// replaced when they die. A job that takes its process with it fails alone.

import { AsyncResource } from 'node:async_hooks'
import { after, type Clock } from '../../clock.ts'
import type { Emitter } from '../../events.ts'
import type { Context } from '../context.ts'
import type { JobClasses } from '../job-classes.ts'
import type { Performance } from '../performance.ts'
import { type EnqueueMessage, JobProcess } from './job-process.ts'
import type { ChildOrders } from './messages.ts'
import type { Stream } from './outputs.ts'
import { answer } from './remote-enqueuer.ts'

export interface PoolOptions {
  readonly orders: ChildOrders
  readonly classes: JobClasses
  readonly size: number
  /** A process is replaced after so many jobs; Infinity: never. */
  readonly jobsPerChild: number
  /** From the word that a job should end until its process is killed, in milliseconds. */
  readonly graceMs: number
}

const firstPauseMs = 100
const longestPauseMs = 5_000
/** How long a process that was let go may take to end. */
const farewellMs = 1_000

export class ProcessPool {
  readonly #options: PoolOptions
  readonly #clock: Clock
  readonly #events: Emitter
  readonly #all = new Set<JobProcess>()
  readonly #idle: JobProcess[] = []
  /** What each process is doing, for what it prints. */
  readonly #doing = new Map<JobProcess, Context>()
  readonly #killAll = (): void => {
    for (const child of this.#all) child.kill()
  }
  #failedStarts = 0
  #isClosed = false

  constructor(options: PoolOptions, clock: Clock, events: Emitter) {
    this.#options = options
    this.#clock = clock
    this.#events = events
  }

  /** Starts all processes; does not wait for them. */
  open(): void {
    process.on('exit', this.#killAll)
    while (this.#all.size < this.#options.size) this.#idle.push(this.#start())
  }

  /** Ends all processes, those with a job in hand by force; resolves when none is left. */
  async close(): Promise<void> {
    this.#isClosed = true
    const ends = [...this.#all].map((child) => child.ended)
    for (const child of this.#all) {
      if (this.#doing.has(child) || !child.wasReady) child.kill()
      else child.letGo()
    }
    const callOff = after(farewellMs, this.#killAll)
    await Promise.all(ends)
    callOff()
    process.off('exit', this.#killAll)
  }

  #start(): JobProcess {
    const child: JobProcess = new JobProcess(this.#options.orders, (line, stream) =>
      this.#print(child, line, stream),
    )
    this.#all.add(child)
    void child.ready.then((isReady) => {
      if (isReady) this.#failedStarts = 0
    })
    void child.ended.then(() => this.#replace(child))
    return child
  }

  #print(child: JobProcess, line: string, stream: Stream): void {
    const { id = null, className = '', queue = '', attempt = 1 } = this.#doing.get(child) ?? {}
    this.#events.emit('printed', { id, class: className, queue, attempt, line, stream })
  }

  /** One that never took a job is not replaced before a job needs it: what ended it would end the next one, too. */
  #replace(child: JobProcess): void {
    this.#all.delete(child)
    const at = this.#idle.indexOf(child)
    if (at !== -1) this.#idle.splice(at, 1)
    const isMissed = child.wasReady && this.#all.size < this.#options.size
    if (!this.#isClosed && isMissed) this.#idle.push(this.#start())
  }

  /** Resolves to undefined when the job is to be killed before a process was there. */
  async #take(killed: AbortSignal): Promise<JobProcess | undefined> {
    const isKilled = new Promise<undefined>((resolve) =>
      killed.addEventListener('abort', () => resolve(undefined)),
    )
    while (!killed.aborted && !this.#isClosed) {
      const child = this.#idle.pop() ?? this.#start()
      const isReady = await Promise.race([child.ready, isKilled])
      if (isReady === undefined) this.#putBack(child)
      else if (isReady && child.isSpent) this.#letGo(child)
      else if (isReady && !child.hasEnded) return child
      else if (!child.wasReady) await this.#pauseAfter(child, killed)
    }
    return undefined
  }

  async #pauseAfter(child: JobProcess, killed: AbortSignal): Promise<void> {
    const error = await child.ended
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(this.#failedStarts++, 10), longestPauseMs)
    this.#events.emit('processFailed', { error, pauseSeconds: pauseMs / 1000 })
    await this.#clock.sleep(pauseMs, killed)
  }

  #putBack(child: JobProcess): void {
    this.#doing.delete(child)
    if (child.hasEnded) return
    const isUsedUp = child.isSpent || child.performed >= this.#options.jobsPerChild
    if (!isUsedUp && !this.#isClosed) this.#idle.push(child)
    else this.#letGo(child)
  }

  #letGo(child: JobProcess): void {
    child.letGo()
    after(farewellMs, () => child.kill())
  }

  async #perform({ reserved, ending }: Performance, context: Context, killed: AbortSignal): Promise<unknown> {
    const child = await this.#take(killed)
    if (child === undefined) throw ending.signal.reason
    const kill = (): void => child.kill()
    const abort = (): void => child.abort(ending.signal.reason)
    this.#doing.set(child, context)
    const performing = child.perform(reserved, {
      log: (line) => context.log(line),
      progress: (percent, message) => context.progress(percent, message),
      // In the context of the job, where tracers look for what belongs to it.
      enqueue: AsyncResource.bind((message: EnqueueMessage) =>
        answer(context, this.#options.classes, message),
      ),
    })
    killed.addEventListener('abort', kill)
    ending.signal.addEventListener('abort', abort)
    if (ending.signal.aborted) abort()
    if (killed.aborted) kill()
    try {
      return await performing
    } finally {
      killed.removeEventListener('abort', kill)
      ending.signal.removeEventListener('abort', abort)
      this.#putBack(child)
    }
  }

  /** Performs a job in a process of its own. @throws what the job throws, JobProcessDied, or why it was killed */
  async run(performance: Performance, context: Context): Promise<unknown> {
    const { ending } = performance
    const killer = new AbortController()
    ending.onKill(() => killer.abort(), this.#options.graceMs)
    try {
      return await this.#perform(performance, context, killer.signal)
    } catch (error) {
      throw killer.signal.aborted && ending.signal.aborted ? ending.signal.reason : error
    } finally {
      ending.done()
    }
  }
}
