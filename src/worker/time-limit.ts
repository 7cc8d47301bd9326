// How long a job may take: its signal aborts when the time is over, and a grace later it is done for. A job in a
// process of its own is killed then; any other cannot be stopped from outside: its slot is given up.

import { after } from '../clock.ts'
import { JobTimeoutError } from '../errors.ts'
import type { Ending } from './ending.ts'

export interface TimeLimit {
  readonly timeoutSeconds: number
  readonly graceSeconds: number
  /** Told when the job has not ended after the grace: it runs on, and nobody waits for it any more. */
  onGivenUp(): void
}

function tooLong(timeoutSeconds: number, cause?: unknown): JobTimeoutError {
  const cure = 'Make it faster, or raise timeoutSeconds.'
  const message = `the job took longer than its timeout of ${timeoutSeconds} s. ${cure}`
  return new JobTimeoutError(message, cause === undefined ? {} : { cause })
}

/** Resolves to the job's result, also when it ends within the grace. @throws JobTimeoutError when it does not */
export function withTimeout(
  running: Promise<unknown>,
  ending: Ending,
  { timeoutSeconds, graceSeconds, onGivenUp }: TimeLimit,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let timedOut: JobTimeoutError | undefined
    const giveUp = (): void => {
      if (ending.canKill) return // whoever runs it kills it
      reject(timedOut)
      onGivenUp()
    }
    let callOff = after(timeoutSeconds * 1000, () => {
      timedOut = tooLong(timeoutSeconds)
      ending.force(timedOut)
      callOff = after(graceSeconds * 1000, giveUp)
    })
    const fail = (thrown: unknown): void => {
      const isOurs = timedOut === undefined || thrown === timedOut
      reject(isOurs ? thrown : tooLong(timeoutSeconds, thrown))
    }
    running.then(resolve, fail).finally(() => callOff())
  })
}
