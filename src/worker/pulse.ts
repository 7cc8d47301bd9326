// How a worker is, for who watches it.

export interface WorkerPulse {
  /** Queues in order of priority, as in the worker's id. */
  readonly queues: string
  /** How many jobs it performs at a time, and how many it has in hand. */
  readonly slots: number
  readonly busy: number
  readonly isPaused: boolean
  /** Since it began: jobs that it has performed, however that ended, and how many of them failed for good. */
  readonly performed: number
  readonly failed: number
  /** Whether it is on the list of workers: it is not while Redis has not been reached yet. */
  readonly isRegistered: boolean
  readonly intervalMs: number
  /** When the last pass ended, well or not, by this machine's clock in epoch milliseconds; 0 before the first. */
  readonly lastPassMs: number
}
