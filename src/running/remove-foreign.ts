// Unregistering a worker of another system that is gone, and what becomes of the job that it had in hand.

import { rawMember } from '../job/member.ts'
import { failedAt } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'

const removeScript = defineScript(new URL('./remove-foreign.lua', import.meta.url))

/** `changed`: it has taken another job meanwhile, so it lives. */
export type Removal = 'removed' | 'unknown' | 'changed'

/** In Ruby's words, which its page about failed jobs shows. */
const reason = { exception: 'Resque::DirtyExit', error: 'Job still being processed' }

interface Failure {
  readonly payload: string
  readonly record: string
}

/** A record without a job in it, or that nobody can read, leaves no trace. */
function failureOf(worker: string, record: string | null, nowMs: number): Failure | null {
  const payload = record === null ? null : rawMember(record, 'payload')
  const queue = record === null ? null : rawMember(record, 'queue')
  if (payload === null || !payload.startsWith('{')) return null
  const words = `"exception":"${reason.exception}","error":"${reason.error}","backtrace":[]`
  const head = `{"failed_at":"${failedAt(nowMs)}","payload":${payload},${words}`
  return { payload, record: `${head},"worker":${JSON.stringify(worker)},"queue":${queue ?? '""'}}` }
}

/** @param record of what it has in hand, as it was read */
export async function removeForeign(
  { redis, keys, clock, scriptNow }: Store,
  worker: string,
  record: string | null,
  keepSeconds: number,
): Promise<Removal> {
  const failure = failureOf(worker, record, clock.nowMs())
  const lists = [keys.workers, keys.heartbeats, keys.failed, keys.processed, keys.failedCount]
  const names = [worker, keys.workerPrefix, keys.jobPrefix]
  const texts = [record ?? '', failure?.record ?? '', failure?.payload ?? '', keepSeconds]
  return (await removeScript.run(redis, lists, [scriptNow(), ...names, ...texts])) as Removal
}
