// How long a job may take. Without isolation a job cannot be stopped from outside: its signal is aborted and its
// slot is given up.

import { after } from '../clock.ts'
import { JobTimeoutError } from '../errors.ts'
import type { Abort } from './context.ts'

/** Rejects, and aborts the job's signal, when the job takes longer than its timeout. */
export function withTimeout(
  running: Promise<unknown>,
  timeoutSeconds: number,
  abort: Abort,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const calledOff = after(timeoutSeconds * 1000, () => {
      const error = new JobTimeoutError(
        `the job took longer than its timeout of ${timeoutSeconds} s. Make it faster, or raise timeoutSeconds.`,
      )
      abort.abort(error)
      reject(error)
    })
    running.then(resolve, reject).finally(calledOff)
  })
}
