// Where a job can be, and php-resque's number for it.

export const stateCodes = {
  waiting: 1,
  running: 2,
  failed: 3,
  complete: 4,
  delayed: 63,
  cancelled: 64,
} as const

export type JobState = keyof typeof stateCodes
export type StateCode = (typeof stateCodes)[JobState]

const states = new Map<number, JobState>(
  Object.entries(stateCodes).map(([state, code]) => [code, state as JobState]),
)

/** The state of a code, or undefined for a number that no system uses. */
export function stateOf(code: number): JobState | undefined {
  return states.get(code)
}

/** A job in one of these has ended: nothing moves it any more, unless someone retries it. */
export function isFinal(state: JobState): boolean {
  return state === 'complete' || state === 'failed' || state === 'cancelled'
}
