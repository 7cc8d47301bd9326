// How a scheduler is, for who watches it.

export interface SchedulerPulse {
  readonly appName: string
  readonly intervalMs: number
  /** When the last pass ended, well or not, by this machine's clock in epoch milliseconds; 0 before the first. */
  readonly lastPassMs: number
  /** Redis's time, as the last replies told it. */
  readonly redisNowMs: number
  /** Whether it fires the recurring entries of its application. */
  readonly isFiring: boolean
  /** Why the schedule that was offered last is not in force; null when it is. */
  readonly scheduleProblem: string | null
}
