// delayOrEnqueue: a job that is delayed already is given another time; else it is added.

import { encodeNodePayload, encodeRubyPayload } from '../job/codec.ts'
import { jobDigest } from '../job/id.ts'
import { jobName } from '../job/names.ts'
import type { Rooms } from '../rooms.ts'
import type { Prepared, Request } from './enqueue.ts'

/** Resolves to the id of the job that was moved, or of the new one; null for a job without an id. */
export async function retime(
  rooms: Rooms,
  { job, args, queue, dueSeconds }: Request & { readonly dueSeconds: number },
  { id, payload }: Prepared,
): Promise<{ id: string | null; isNew: boolean; redisNowMs: number }> {
  const className = jobName(job)
  const argsJson = JSON.stringify(args)
  const { redisNowMs, moved, movedId } = await rooms.delayed.selection.retime({
    dueSeconds,
    queue,
    payload,
    argsJson,
    digest: jobDigest(className, args, argsJson),
    rubyPayload: encodeRubyPayload(className, argsJson, queue),
    nodePayload: encodeNodePayload(className, argsJson, queue),
  })
  return { id: moved > 0 ? movedId : id, isNew: moved === 0, redisNowMs }
}
