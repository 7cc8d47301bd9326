// How many jobs to take ahead of those that can begin at once. Where jobs end within a fraction of a millisecond, asking
// Redis for each handful costs more than the jobs: a worker takes what it can perform within a few milliseconds,
// and performs it while Redis is asked for more. Jobs that take longer are not taken ahead.

/** How long a job that was taken ahead is to wait for its turn, in milliseconds. */
export const aheadMs = 5
/** One that has waited for so long goes back to its queue: jobs have become slower. */
export const patienceMs = 50
/** No more than so many jobs are taken ahead, so that no call is long. */
export const mostAhead = 900

/** So little tells nothing of the pace. */
const leastJobs = 20
const leastBusyMs = 0.5

export class Prefetch {
  readonly #most: number
  #busyMs = 0
  #ended = 0
  #depth = 0

  /** @param most how many jobs may be taken ahead at all */
  constructor(most: number) {
    this.#most = most
  }

  /** How many jobs to take ahead. */
  get depth(): number {
    return this.#depth
  }

  /** Begins anew: nothing is known of the jobs that come next. */
  reset(): void {
    this.#depth = 0
    this.#ended = 0
    this.#busyMs = 0
  }

  /** So many jobs have ended since the last call. @param busyMs for how long of that time there were jobs in hand */
  noteEnded(count: number, busyMs: number): void {
    this.#ended += count
    this.#busyMs += busyMs
    if (this.#ended < leastJobs && this.#busyMs < leastBusyMs) return
    const pace = this.#ended / Math.max(this.#busyMs, leastBusyMs / leastJobs)
    this.#depth = Math.min(this.#most, Math.floor(pace * aheadMs))
    this.#ended = 0
    this.#busyMs = 0
  }
}
