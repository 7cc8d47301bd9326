// The master of several worker processes. It takes no jobs and talks to no Redis: it starts processes one by one, starts
// new ones for those that end, passes on what it is told, and ends when the last one has.

import type { Clock } from '../../clock.ts'
import type { Order } from '../../daemon/orders.ts'
import type { Answer, FleetView } from '../../http/fleet-source.ts'
import type { WorkerReport } from '../../http/worker-report.ts'
import type { Log } from '../../log.ts'
import type { LeaveReason } from '../../worker/conduct.ts'
import { exitCodes } from '../exit-codes.ts'
import { counted } from '../output.ts'
import { Backoff } from './backoff.ts'
import type { FromWorker, ToWorker } from './fleet-messages.ts'
import { Renewal } from './renewal.ts'
import type { End, WorkerProcess } from './worker-process.ts'

export interface MasterOptions {
  readonly processes: number
  /** How long a renewal waits for a process to finish its jobs before it goes on with the next. */
  readonly patienceMs: number
  readonly clock: Clock
  readonly log: Log
  start(onMessage: (message: FromWorker) => void): WorkerProcess
  /** All processes that are wanted take jobs, for the first time. */
  onReady(): void
  /** The master begins to stop. */
  onStopping(): void
  /** A process that has counted something has ended. */
  onDeparted(report: WorkerReport): void
}

const mostProcesses = 512
const rememberedOrders = 100
const longestNapMs = 60_000

/** A worker process listens to these for as long as it has anything in hand. */
const stopSignals: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT'])

export class Master implements FleetView {
  readonly #options: MasterOptions
  readonly #all = new Set<WorkerProcess>()
  readonly #renewal: Renewal
  readonly #backoff: Backoff
  /** Registrations of processes that died, whose jobs nobody has put back yet. */
  readonly #unburied: string[] = []
  readonly #knownOrders: string[] = []
  #wanted: number
  #deaths = 0
  #isPaused = false
  #isStopping = false
  #hasBeenReady = false
  #wasAnyReady = false
  #exitCode: number = exitCodes.stoppedAsAsked
  #wake: () => void = () => undefined

  constructor(options: MasterOptions) {
    this.#options = options
    this.#wanted = options.processes
    this.#renewal = new Renewal(options.clock, options.patienceMs)
    this.#backoff = new Backoff(options.clock)
  }

  get wanted(): number {
    return this.#wanted
  }

  get running(): number {
    return this.#all.size
  }

  get deaths(): number {
    return this.#deaths
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Those that stay, oldest first. */
  get #staying(): WorkerProcess[] {
    return [...this.#all].filter(({ isLeaving }) => !isLeaving)
  }

  async ask(): Promise<readonly Answer[]> {
    const asked = [...this.#all]
    const answers = await Promise.all(asked.map((one) => (one.isReady ? one.report() : null)))
    return asked.flatMap((one, index) => {
      // What has ended meanwhile has left its numbers already.
      if (!this.#all.has(one)) return []
      const { pid, isReady, lastReport = null } = one
      return [{ pid, isStarting: !isReady, hasAnswered: answers[index] !== null, last: lastReport }]
    })
  }

  /** Runs until all processes have ended after `stop`. Resolves to the exit code. */
  async run(): Promise<number> {
    while (!this.#isStopping || this.#all.size > 0) {
      const woken = new AbortController()
      this.#wake = () => woken.abort()
      const restMs = this.#isStopping ? longestNapMs : this.#tend()
      await this.#options.clock.sleep(Math.min(restMs, longestNapMs), woken.signal)
    }
    return this.#exitCode
  }

  /** One step towards as many processes as are wanted. Resolves to how long to wait for the next. */
  #tend(): number {
    const staying = this.#staying
    if (staying.some(({ isReady }) => !isReady)) return longestNapMs // one after the other
    this.#bury(staying[0])
    const aim = this.#wanted + (this.#renewal.isDue ? 1 : 0)
    if (staying.length < aim) return this.#startOne()
    const old = this.#renewal.next()
    if (old !== undefined) this.#release(old, 'a new process has taken its place')
    else if (staying.length > this.#wanted) this.#release(staying.at(-1), 'there is one more than is wanted')
    else if (!this.#hasBeenReady) {
      this.#hasBeenReady = true
      this.#options.onReady()
    }
    return staying.length > this.#wanted ? 0 : this.#renewal.restMs
  }

  #startOne(): number {
    if (this.#backoff.restMs > 0) return this.#backoff.restMs
    const one: WorkerProcess = this.#options.start((message) => this.#hear(one, message))
    this.#all.add(one)
    this.#backoff.started(one)
    one.send({ kind: 'processes', count: this.#wanted })
    if (this.#isPaused) one.send({ kind: 'signal', name: 'SIGUSR2' })
    void one.ended.then((end) => this.#ended(one, end))
    return longestNapMs
  }

  #release(one: WorkerProcess | undefined, why: string): void {
    if (one === undefined) return
    this.#options.log.say('info', `worker process ${one.pid} finishes its jobs and stops: ${why}`)
    one.leave()
  }

  /** A living process puts the jobs of the dead back, at once instead of when they are missed. */
  #bury(one: WorkerProcess | undefined): void {
    if (one === undefined) return
    for (const token of this.#unburied.splice(0)) one.send({ kind: 'bury', token })
  }

  #hear(one: WorkerProcess, message: FromWorker): void {
    if (message.kind === 'ready') {
      this.#wasAnyReady = true
      if (this.#isStopping) one.leave()
    }
    if (message.kind === 'leaving') this.#leaves(one, message.reason)
    if (message.kind === 'order') this.#obey(message.order)
    this.#wake()
  }

  /** It does so by itself; one that leaves anyway is no process less. */
  #leaves(one: WorkerProcess, reason: LeaveReason): void {
    const isNew = !one.isLeaving
    one.isLeaving = true
    if (isNew && reason === 'ordered') this.#oneLess()
  }

  #ended(one: WorkerProcess, { code, signal }: End): void {
    this.#all.delete(one)
    const wasRenewing = this.#renewal.ended(one)
    if (one.lastReport !== undefined) this.#options.onDeparted(one.lastReport)
    // Before it listens, and when it is done, a signal to the whole group ends it at once.
    const isOutsideItsWork = this.#isStopping && signal !== null && stopSignals.has(signal)
    const isClean = isOutsideItsWork || (signal === null && code === exitCodes.stoppedAsAsked)
    if (!isClean && one.token !== undefined) this.#unburied.push(one.token)
    if (this.#isStopping) {
      if (!isClean) this.#exitCode = exitCodes.failed
    } else if (!one.isLeaving || !isClean) this.#died(one, { code, signal }, wasRenewing)
    this.#wake()
  }

  /** Nobody had told it to. */
  #died(one: WorkerProcess, { code, signal }: End, wasRenewing: boolean): void {
    this.#deaths++
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
    const fields = { worker_pid: one.pid, code, signal }
    if (!this.#wasAnyReady && signal === null && code !== exitCodes.stoppedAsAsked) {
      // What it has said is on the terminal: another try would end the same way.
      this.#options.log.say('error', `worker process ${one.pid} ${how} before it took a job`, fields)
      this.#exitCode = code ?? exitCodes.failed
      this.stop([])
      return
    }
    const restMs = this.#backoff.ended(one)
    const isCalledOff = wasRenewing && !one.isReady && this.#renewal.isDue
    if (isCalledOff) this.#renewal.callOff()
    const next = isCalledOff
      ? 'the processes are not renewed: the old ones go on'
      : `a new one takes its place${restMs === 0 ? '' : ` in ${(restMs / 1000).toFixed(1)} s`}`
    this.#options.log.say('error', `worker process ${one.pid} ${how}: ${next}`, fields)
  }

  #tellAll(message: ToWorker): void {
    for (const one of this.#all) one.send(message)
  }

  /** Passes a signal on. */
  signal(name: NodeJS.Signals): void {
    if (name === 'SIGUSR2') this.#isPaused = true
    if (name === 'SIGCONT') this.#isPaused = false
    this.#tellAll({ kind: 'signal', name })
  }

  /** Ends all processes by these messages, and then the master. */
  stop(messages: readonly ToWorker[]): void {
    const isNew = !this.#isStopping
    this.#isStopping = true
    if (isNew) this.#options.onStopping()
    for (const message of messages) this.#tellAll(message)
    this.#wake()
  }

  /** Ends whatever is left. */
  killAll(): void {
    for (const one of this.#all) one.kill()
  }

  /** Has a new process take the place of each, one after the other. @param why begins the line in the log */
  renew(why = 'HUP'): void {
    this.#options.log.say(
      'info',
      `${why}: renewing ${counted(this.#staying.length, 'process', 'processes')}, one by one`,
    )
    this.#renewal.begin(this.#staying)
    this.#wake()
  }

  #oneLess(): void {
    if (this.#wanted > 1) this.scale(this.#wanted - 1)
    else {
      this.#options.log.say('info', 'the last process was told to stop: stopping')
      this.stop([])
    }
  }

  /** One process is the least, since nobody else could be told to start more. */
  scale(processes: number): void {
    const wanted = Math.min(Math.max(1, processes), mostProcesses)
    if (wanted !== processes) this.#options.log.say('info', `the number of processes stays ${wanted}`)
    if (wanted === this.#wanted) return
    this.#options.log.say(
      'info',
      `${counted(wanted, 'process', 'processes')} from now on, instead of ${this.#wanted}`,
    )
    this.#wanted = wanted
    this.#tellAll({ kind: 'processes', count: wanted })
    this.#wake()
  }

  /** Each process that heard of it passes it on: the first one counts. */
  #obey({ id, verb, finish, processes }: Order): void {
    if (this.#knownOrders.includes(id)) return
    this.#knownOrders.push(id)
    if (this.#knownOrders.length > rememberedOrders) this.#knownOrders.shift()
    if (verb === 'quiet') this.signal('SIGUSR2')
    if (verb === 'resume') this.signal('SIGCONT')
    if (verb === 'stop') this.stop([{ kind: 'signal', name: finish ? 'SIGQUIT' : 'SIGTERM' }])
    if (verb === 'scale') this.scale(processes)
  }
}
