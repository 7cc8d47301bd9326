// Cancelling a job wherever it is: a delayed or waiting one is taken out; the worker that performs one is told.

import { isFinal, stateOf } from '../job/state.ts'
import type { Rooms } from '../rooms.ts'

/** A job may go from one place to the next between the two looks. */
const rounds = 3

function hasEnded(code: number | null): boolean {
  const state = code === null ? undefined : stateOf(code)
  return state !== undefined && isFinal(state)
}

/** True when the job was taken out, or its worker was told to end it. */
export async function cancelJob(rooms: Rooms, id: string): Promise<boolean> {
  for (let round = 0; round < rounds; round++) {
    const taken = await rooms.delayed.cancel(id, rooms.keepStatusSeconds)
    if (taken.done) return true
    if (hasEnded(taken.stateCode)) return false
    if (await rooms.running.cancelling.request(id)) return true
    if (taken.stateCode === null) return false
  }
  return false
}
