// A worker process's end of the line to its master: what it is told there it does, what concerns the master it tells.

import type { Order } from '../../daemon/orders.ts'
import type { WorkerReport } from '../../http/worker-report.ts'
import type { Fleet, LeaveReason } from '../../worker/conduct.ts'
import type { Worker } from '../../worker/worker.ts'
import type { Parent } from '../parent.ts'
import type { FromWorker, ToWorker } from './fleet-messages.ts'
import type { Steering } from './steering.ts'

/** Makes the reports of a worker for its master's pages. */
interface Reporter {
  report(): Promise<WorkerReport>
  close(): void
}

export class MasterLink implements Fleet {
  readonly #parent: Parent
  #processes = 1
  #onChange: () => void = () => undefined
  #worker: Worker | undefined
  #reporter: Reporter | undefined

  constructor(parent: Parent, steering: Steering) {
    this.#parent = parent
    parent.onMessage((message) => this.#hear(message as ToWorker, steering))
    // Nobody would start a new one, stop it or pass signals on: another master may be there already.
    parent.onGone(() => steering.terminate('the master is gone'))
  }

  get masterPid(): number {
    return this.#parent.pid
  }

  processes(): number {
    return this.#processes
  }

  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  relay(order: Order): void {
    this.#say({ kind: 'order', order })
  }

  #say(message: FromWorker): void {
    this.#parent.send(message)
  }

  #hear(message: ToWorker, steering: Steering): void {
    if (message.kind === 'signal') steering.hear(message.name, 'master')
    if (message.kind === 'leave') steering.quit('told to by the master')
    if (message.kind === 'processes') this.#changed(message.count)
    if (message.kind === 'bury') void this.#worker?.rooms.running.bury(message.token).catch(() => undefined) // found later then
    if (message.kind === 'report') void this.#report(message.number)
  }

  #changed(processes: number): void {
    this.#processes = processes
    this.#onChange()
  }

  async #report(number: number | null): Promise<void> {
    const report = await this.#reporter?.report().catch(() => undefined)
    if (report !== undefined) this.#say({ kind: 'report', number, report })
  }

  /** Tells the master how this worker is. @param isWatched whether the master has pages */
  async attend(worker: Worker, isWatched: boolean): Promise<void> {
    this.#worker = worker
    worker.on('started', () => this.#say({ kind: 'ready', token: worker.token }))
    worker.on('retiring', ({ reason }) => this.leaving(reason))
    if (!isWatched) return
    const { WorkerSource } = await import('../../http/worker-source.ts')
    this.#reporter = new WorkerSource(worker)
  }

  leaving(reason: LeaveReason): void {
    this.#say({ kind: 'leaving', reason })
  }

  /** The last report, so that what this worker has counted is not forgotten. */
  async close(): Promise<void> {
    await this.#report(null)
    this.#reporter?.close()
  }
}
