// Statuses that say where a job is, and the job is not there.
//
// Three looks, because jobs move while we look: the lists were read before (`seen`), every list and every hand is
// read once more for those that were not met, and the script that repairs compares the status's bytes: whoever moves
// a job writes its status.

import type { Examination } from './examination.ts'
import { walkKeys } from './keyspace.ts'
import { idsIn, idsInText, type JobList } from './lists.ts'
import type { Seen } from './seen.ts'

interface Place {
  readonly seen: Seen
  readonly lists: readonly JobList[]
  /** Statuses that were written after this second are left alone. */
  readonly startSeconds: number
}

interface Status {
  readonly code: number
  readonly updated: number
}

function read(text: string | null): Status | null {
  try {
    const { status, updated } = JSON.parse(text ?? '') as Record<string, unknown>
    return { code: Number(status), updated: Number(updated ?? 0) }
  } catch {
    return null
  }
}

/** php-resque may put a prefix before the id in the name of a status. */
function idIn(name: string): string {
  return name.slice(name.lastIndexOf('_') + 1)
}

/** The ids of the jobs in the hands of workers, of all systems. */
export async function idsInHand(exam: Examination): Promise<Set<string>> {
  const { redis, keys } = exam.store
  const ids = new Set<string>()
  const workers = await redis.smembers(keys.workers)
  for (let from = 0; from < workers.length; from += 500) {
    const records = await redis.mget(workers.slice(from, from + 500).map((id) => keys.worker(id)))
    for (const record of records) for (const id of idsInText(record ?? '')) ids.add(id)
  }
  for (const token of await redis.hkeys(keys.processIds))
    for (const record of await redis.hvals(keys.hand(token))) for (const id of idsInText(record)) ids.add(id)
  return ids
}

/** Looks at every list and every hand once more. */
async function clearThoseThere(exam: Examination, { lists }: Place): Promise<void> {
  const named = new Set<string>()
  for (const { code, parts } of exam.suspects)
    if (code === 'running_nowhere' || code === 'waiting_nowhere') named.add(String(parts[2]))
  if (named.size === 0) return
  await exam.wait()
  const met = await idsInHand(exam)
  await idsIn(exam, lists, (id) => named.has(id) && met.add(id))
  exam.clear(({ code, parts }) => code.endsWith('_nowhere') && met.has(String(parts[2])))
}

async function settle(exam: Examination, place: Place): Promise<void> {
  await clearThoseThere(exam, place)
  await exam.judge()
}

/** Looks at all statuses. */
export async function checkStatuses(exam: Examination, place: Place): Promise<void> {
  const { redis } = exam.store
  const hands = await idsInHand(exam)
  await walkKeys(exam, 'looking at statuses', async (keys) => {
    const named = keys.filter(({ family, actual, type }) => family === 'status' && actual === type)
    if (named.length === 0) return
    const texts = await redis.mget(named.map(({ key }) => key))
    named.forEach(({ key, name }, index) => {
      const text = texts[index] ?? null
      const status = read(text)
      const id = idIn(name)
      if (status === null || text === null || status.updated >= place.startSeconds) return
      if ((status.code !== 1 && status.code !== 2) || place.seen.has(id) || hands.has(id)) return
      const code = status.code === 1 ? 'waiting_nowhere' : 'running_nowhere'
      exam.suspect({ code, example: id, parts: [key, text, id] })
    })
    if (exam.isFull) await settle(exam, place)
  })
  await settle(exam, place)
}
