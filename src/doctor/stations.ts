// What the keys themselves tell: their types, queues without a name, buckets without a timestamp and the reverse.

import type { Examination } from './examination.ts'
import { checkHints, checkUnsorted } from './indexes.ts'
import { type FoundKey, walkKeys } from './keyspace.ts'
import { checkLists, type JobList } from './lists.ts'
import type { Seen } from './seen.ts'

/** What a walk over all keys has met. */
export interface Met {
  readonly lists: readonly JobList[]
  /** Names of applications with recurring entries. */
  readonly apps: ReadonlySet<string>
  readonly hasStatuses: boolean
  readonly hasIndexes: boolean
}

const timestampsPerStep = 500
const overdueSeconds = 60
const phpTemporary = /:temp:\d+(?:\.\d+)?(?::requeue)?$/

async function checkQueue(exam: Examination, list: FoundKey, named: ReadonlySet<string>): Promise<void> {
  const { name, key } = list
  if (phpTemporary.test(name)) {
    await exam.wait()
    const isThere = (await exam.store.redis.exists(key)) === 1
    if (isThere) exam.found('php_dequeue_leftover', key)
  } else if (!named.has(name)) exam.suspect({ code: 'unnamed_queue', example: name, parts: [name] })
}

async function checkBuckets(exam: Examination, buckets: readonly FoundKey[]): Promise<void> {
  if (buckets.length === 0) return
  const { redis, keys } = exam.store
  const asked = redis.pipeline()
  for (const { name } of buckets) asked.zscore(keys.schedule, name)
  const replies = (await asked.exec()) ?? []
  buckets.forEach(({ name }, index) => {
    const [error, score] = replies[index] ?? []
    if (error || score !== null) return
    exam.suspect({ code: 'bucket_without_timestamp', example: name, parts: [name] })
  })
}

/** Keys of unique jobs free themselves in time, whatever became of the job; but not without an end. */
async function checkUnique(exam: Examination, keys: readonly FoundKey[]): Promise<void> {
  const held = keys.filter(({ family, actual }) => family === 'unique' && actual === 'string')
  if (held.length === 0) return
  const asked = exam.store.redis.pipeline()
  for (const { key } of held) asked.ttl(key)
  const replies = (await asked.exec()) ?? []
  const endless = held.filter((_, index) => replies[index]?.[1] === -1)
  for (const { key } of endless) {
    const holder = await exam.store.redis.get(key)
    if (holder !== null)
      exam.suspect({ code: 'unique_without_expiry', example: `${key} of ${holder}`, parts: [key, holder] })
  }
}

const isJobList = (key: FoundKey): key is FoundKey & JobList =>
  key.family === 'queue' || key.family === 'bucket' || key.family === 'held'

/** What one walk over all keys meets. */
class Round {
  readonly lists = new Map<string, JobList>()
  readonly apps = new Set([''])
  readonly #wrong = new Set<string>()
  readonly #exam: Examination
  readonly #named: ReadonlySet<string>
  readonly #seen: Seen
  readonly #redisSeconds: number
  hasStatuses = false
  hasIndexes = false

  constructor(exam: Examination, named: ReadonlySet<string>, seen: Seen, redisSeconds: number) {
    this.#exam = exam
    this.#named = named
    this.#seen = seen
    this.#redisSeconds = redisSeconds
  }

  async visit(keys: readonly FoundKey[]): Promise<void> {
    this.#exam.keys += keys.length
    const right = keys.filter((key) => this.#hasRightType(key))
    const lists = right.filter(isJobList).filter(({ key }) => !this.lists.has(key))
    for (const list of lists) this.lists.set(list.key, list)
    for (const queue of lists) if (queue.family === 'queue') await checkQueue(this.#exam, queue, this.#named)
    await checkBuckets(
      this.#exam,
      lists.filter(({ family }) => family === 'bucket'),
    )
    await checkLists(this.#exam, lists, this.#seen)
    await checkUnique(this.#exam, right)
    for (const key of right) await this.#note(key)
    if (this.#exam.isFull) await this.#exam.judge()
  }

  #hasRightType({ key, actual, type }: FoundKey): boolean {
    if (actual === type || actual === 'none') return actual === type
    if (!this.#wrong.has(key)) this.#exam.found('wrong_type', `${key} holds a ${actual}, not a ${type}`)
    this.#wrong.add(key)
    return false
  }

  async #note({ key, name, family }: FoundKey): Promise<void> {
    if (family === 'status') this.hasStatuses = true
    if (family === 'index') this.hasIndexes = true
    if (family === 'recurring') this.apps.add(name)
    if (family === 'hints') await checkHints(this.#exam, key, this.#redisSeconds)
    if (key === this.#exam.store.keys.unsortedHints) await checkUnsorted(this.#exam, key, this.#redisSeconds)
  }
}

/** Goes over all keys once, and looks into all lists of jobs. */
export async function checkKeys(exam: Examination, seen: Seen, redisSeconds: number): Promise<Met> {
  const named = new Set(await queueNames(exam))
  const round = new Round(exam, named, seen, redisSeconds)
  await walkKeys(exam, 'looking at keys and jobs', (keys) => round.visit(keys))
  return { ...round, lists: [...round.lists.values()] }
}

/** None where the key holds something else: that is told of when it is met. */
async function queueNames({ store: { redis, keys } }: Examination): Promise<string[]> {
  return (await redis.type(keys.queues)) === 'set' ? redis.smembers(keys.queues) : []
}

/** Seconds of the delayed set without a bucket. */
export async function checkTimestamps(exam: Examination): Promise<void> {
  const { redis, keys } = exam.store
  for (let from = 0; !exam.isOver; from += timestampsPerStep) {
    const members = await redis.zrange(keys.schedule, String(from), String(from + timestampsPerStep - 1))
    if (members.length === 0) return
    const asked = redis.pipeline()
    for (const member of members) asked.exists(keys.bucketPrefix + member)
    const replies = (await asked.exec()) ?? []
    members.forEach((member, index) => {
      // What lies before 0 is the leader's tripwire.ts, which has none.
      if (replies[index]?.[1] !== 0 || Number(member) < 0) return
      exam.suspect({ code: 'timestamp_without_bucket', example: member, parts: [member] })
    })
    await exam.rest('looking at timestamps')
  }
}

/** Jobs that are due for long, and were so a moment ago. */
export async function checkOverdue(exam: Examination, redisSeconds: number): Promise<void> {
  const { redis, keys } = exam.store
  const latest = redisSeconds - overdueSeconds
  const overdue = async (): Promise<string[]> => {
    const seconds = await redis.zrangebyscore(keys.schedule, '-inf', latest, 'LIMIT', 0, 1_000)
    const asked = redis.pipeline()
    for (const second of seconds) asked.exists(keys.bucketPrefix + second)
    const replies = seconds.length === 0 ? [] : ((await asked.exec()) ?? [])
    return seconds.filter((_, index) => replies[index]?.[1] === 1)
  }
  const first = await overdue()
  if (first.length === 0) return
  await exam.wait()
  const still = new Set(await overdue())
  for (const second of first) if (still.has(second)) exam.found('overdue_delayed', second)
}
