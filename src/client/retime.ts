// delayOrEnqueue: a job that is delayed already is given another time; else it is added.

import { jobName } from '../job/names.ts'
import type { Rooms } from '../rooms.ts'
import { equalTo } from './delayed-equal.ts'
import type { Prepared, Request } from './enqueue.ts'

/** Resolves to the id of the job that was moved, or of the new one; null for a job without an id. */
export async function retime(
  rooms: Rooms,
  { job, args, queue, dueSeconds }: Request & { readonly dueSeconds: number },
  { id, payload }: Prepared,
): Promise<{ id: string | null; isNew: boolean; redisNowMs: number }> {
  const equal = equalTo(jobName(job), args, queue)
  const { selection } = rooms.delayed
  const { redisNowMs, moved, movedId } = await selection.retime({ ...equal, dueSeconds, queue, payload })
  return { id: moved > 0 ? movedId : id, isNew: moved === 0, redisNowMs }
}
