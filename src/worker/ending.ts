// How a job in hand is told to end: first by its signal; where it runs in a process of its own, by force as well.

import { after } from '../clock.ts'
import { JobCancelledError } from '../errors.ts'
import { Abort } from './context.ts'

export class Ending extends Abort {
  #kill: (() => void) | undefined
  #graceMs = 0
  #isForced = false
  #isCancelled = false
  #callOff: (() => void) | undefined

  /** Whoever runs the job where it can be stopped says how, and how long it may go on after it was told to end. */
  onKill(kill: () => void, graceMs: number): void {
    this.#kill = kill
    this.#graceMs = graceMs
    if (this.#isForced) this.#killLater()
  }

  /** Whether the job can be stopped without its doing. */
  get canKill(): boolean {
    return this.#kill !== undefined
  }

  /** Stops the job at once, where that is possible. */
  kill(): void {
    this.#kill?.()
  }

  #killLater(): void {
    this.#callOff?.()
    this.#callOff = after(this.#graceMs, () => this.kill())
  }

  /** Aborts the signal; after the grace the job is killed, where that is possible. */
  force(reason: Error): void {
    this.abort(reason)
    if (this.#isForced) return
    this.#isForced = true
    if (this.canKill) this.#killLater()
  }

  /** Somebody wants the job to end for good. */
  cancel(): void {
    if (this.#isCancelled) return
    this.#isCancelled = true
    this.force(new JobCancelledError('the job was cancelled while it ran.'))
  }

  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** The job has ended: nothing is killed any more. */
  done(): void {
    this.#callOff?.()
    this.#kill = undefined
  }
}
