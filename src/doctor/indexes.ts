// The indexes of delayed jobs: Ruby's sets timestamps:<payload>, and the hints of ours.

import type { Examination } from './examination.ts'
import { type FoundKey, walkKeys } from './keyspace.ts'
import { indexText } from './lists.ts'
import { staleAfterSeconds } from './remedies.ts'
import type { Seen } from './seen.ts'

/** A text that is not UTF-8 came with a mark in place of its bytes: its key cannot be named again. */
const lostBytes = '\ufffd'

async function checkIndexSets(exam: Examination, sets: readonly FoundKey[], seen: Seen): Promise<void> {
  if (sets.length === 0) return
  const asked = exam.store.redis.pipeline()
  for (const { key } of sets) asked.smembers(key)
  const replies = (await asked.exec()) ?? []
  sets.forEach(({ name }, index) => {
    const members = replies[index]?.[1]
    for (const member of Array.isArray(members) ? members.map(String) : []) {
      const second = /^delayed:(\d+)$/.exec(member)?.[1]
      if (second !== undefined && seen.has(indexText(second, name))) continue
      exam.suspect({ code: 'index_without_job', example: `${name} ${member}`, parts: [name, member] })
    }
  })
}

/** Looks at all sets of Ruby's index. */
export async function checkIndexes(exam: Examination, seen: Seen): Promise<void> {
  await walkKeys(exam, "looking at Ruby's index", async (keys) => {
    const isSet = ({ family, actual, name }: FoundKey): boolean =>
      family === 'index' && actual === 'set' && !name.includes(lostBytes)
    await checkIndexSets(exam, keys.filter(isSet), seen)
    if (exam.isFull) await exam.judge()
  })
}

/** Looks at one set of our hints: `1<four digits><second>`. */
export async function checkHints(exam: Examination, key: string, redisSeconds: number): Promise<void> {
  let cursor = '0'
  do {
    const [next, hints] = await exam.store.redis.sscan(key, cursor, 'COUNT', 500)
    cursor = next
    for (const hint of hints) {
      const due = Number(hint.slice(5))
      if (!(due + staleAfterSeconds < redisSeconds)) continue
      exam.suspect({ code: 'stale_hints', example: `${key} ${hint}`, parts: [key, hint] })
    }
    if (exam.isFull) await exam.judge()
  } while (cursor !== '0' && !exam.isOver)
}

/** Entries in one reply. */
const unsortedEach = 100

/** Looks at the hints that wait to be sorted, from the tail on, since what is put right leaves. */
export async function checkUnsorted(exam: Examination, key: string, redisSeconds: number): Promise<void> {
  const { redis } = exam.store
  for (let end = await redis.llen(key); end > 0 && !exam.isOver; end -= unsortedEach) {
    for (const entry of await redis.lrange(key, Math.max(0, end - unsortedEach), end - 1)) {
      const seconds = [...entry.matchAll(/(\d+) \d+/g)].map(([, second]) => Number(second))
      if (seconds.some((second) => !(second + staleAfterSeconds < redisSeconds))) continue
      exam.suspect({ code: 'stale_hints', example: `${key} ${entry.slice(0, 40)}`, parts: [key, entry] })
    }
    if (exam.isFull) await exam.judge()
  }
}
