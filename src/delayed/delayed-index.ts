// Where jobs of a class and args may be delayed: what our own index says, and Ruby's. Ours holds hints, which stay when
// the job leaves; those of many jobs added at once wait in a list until they are sorted into it.

import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import { rawError } from '../redis/trouble.ts'

const sortScript = defineScript(new URL('./sort.lua', import.meta.url))
const sweepScript = defineScript(new URL('./sweep.lua', import.meta.url))

/** About a millisecond of Redis. */
export const hintsEachSort = 2_000
/** Unsorted entries in one reply; each may be of some hundred hints. */
const unsortedEach = 16
const membersEach = 1_000
const setsEachSweep = 500
const entriesEachSweep = 2_000

function isWrongType(thrown: unknown): boolean {
  const error = rawError(thrown)
  return error instanceof Error && error.message.startsWith('WRONGTYPE')
}

/** What stands where a list or a set should be holds nothing for us. */
export async function unlessWrongType<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (isWrongType(error)) return otherwise
    throw error
  }
}

/** Whether one of these digests, side by side, is this one. */
function isAmong(digest: string, digests: string): boolean {
  for (let at = digests.indexOf(digest); at !== -1; at = digests.indexOf(digest, at + 1)) {
    if (at % digest.length === 0) return true
  }
  return false
}

/** The seconds for which an unsorted entry names the digest. */
function secondsIn(entry: string, digest: string): number[] {
  if (!entry.includes(digest)) return []
  const parts = [...entry.matchAll(/(\d+) (\d+)/g)]
  return parts.filter(([, , digests = '']) => isAmong(digest, digests)).map(([, second]) => Number(second))
}

export class DelayedIndex {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  /** Where jobs of ours with this digest may be: hints, retries have none. Only reads. */
  async ours(digest: string): Promise<number[]> {
    // In this order: what is sorted meanwhile is met in the set.
    const [page, hinted] = await Promise.all([this.#unsorted(0), this.#hinted(digest)])
    const named = page.flatMap((entry) => secondsIn(entry, digest))
    if (page.length < unsortedEach) return [...named, ...hinted]
    return [...named, ...(await this.#namedFurther(digest)), ...(await this.#hinted(digest))]
  }

  async #hinted(digest: string): Promise<number[]> {
    const key = this.#store.keys.delayedIndexPrefix + digest.slice(0, 4)
    const hints = await this.#members(key, `1${digest.slice(4)}*`)
    return hints.map((hint) => Number(hint.slice(5)))
  }

  #unsorted(start: number): Promise<string[]> {
    const { redis, keys } = this.#store
    return unlessWrongType(redis.lrange(keys.unsortedHints, start, start + unsortedEach - 1), [])
  }

  async #namedFurther(digest: string): Promise<number[]> {
    const named: number[] = []
    for (let start = unsortedEach; ; start += unsortedEach) {
      const page = await this.#unsorted(start)
      named.push(...page.flatMap((entry) => secondsIn(entry, digest)))
      if (page.length < unsortedEach) return named
    }
  }

  /** Where Ruby's index says that this payload is. */
  async theirs(payload: string): Promise<number[]> {
    const members = await this.#members(this.#store.keys.timestampsPrefix + payload, 'delayed:*')
    return members.map((member) => Number(member.slice('delayed:'.length))).filter(Number.isSafeInteger)
  }

  async #members(key: string, match: string): Promise<string[]> {
    const found: string[] = []
    for (let cursor = '0'; ; ) {
      const scan = this.#store.redis.sscan(key, cursor, 'MATCH', match, 'COUNT', membersEach)
      const [next, some] = await unlessWrongType(scan, ['0', []])
      found.push(...some)
      if (next === '0') return found
      cursor = next
    }
  }

  /** Sorts some hints of ours, a bounded number. Resolves to whether more may be left. */
  async sort(): Promise<boolean> {
    const { redis, keys } = this.#store
    const args = [keys.delayedIndexPrefix, hintsEachSort]
    return (await sortScript.run(redis, [keys.schedule, keys.unsortedHints], args)) === 1
  }

  /** Sorts until few are left, so that lookups cost little. */
  async sortMost(): Promise<void> {
    const { redis, keys } = this.#store
    const length = await unlessWrongType(redis.llen(keys.unsortedHints), 0)
    for (let isMore = length >= unsortedEach; isMore; ) isMore = await this.sort()
  }

  /**
   * Takes hints of ours out whose second is past, a bounded number in one call; go on with the cursor of the reply
   * until it is null.
   */
  async sweep(cursor: string | null = null): Promise<{ cursor: string | null; removed: number }> {
    const { redis, keys } = this.#store
    const [shard = '0', inside = '0'] = (cursor ?? '0:0').split(':')
    const args = [keys.delayedIndexPrefix, shard, inside, setsEachSweep, entriesEachSweep]
    const reply = replyList(await sweepScript.run(redis, [keys.schedule], args))
    const next = Number(reply[0])
    return { cursor: next > 9_999 ? null : `${next}:${reply[1]}`, removed: Number(reply[2]) }
  }

  /** Forgets all hints of seconds that are past. */
  async sweepAll(): Promise<void> {
    for (let isMore = true; isMore; ) isMore = await this.sort() // which drops them
    let { cursor } = await this.sweep()
    while (cursor !== null) cursor = (await this.sweep(cursor)).cursor
  }
}
