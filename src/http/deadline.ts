// A page answers in time, whatever Redis does.

import { after } from '../clock.ts'

/** The call took too long; it may still come to an end. */
export class TooLateError extends Error {}

/** Settles as `work` does, or rejects with TooLateError when it takes longer. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = after(ms, () => reject(new TooLateError(`there was no answer within ${ms} ms`)))
    work.then(resolve, reject).finally(callOff)
  })
}
