// Everything that can be done with delayed jobs, interleaved at random: each job ends in one place, all counts
// agree, and no index, bucket or second is left without the others. When a run fails, fast-check prints its seed and
// the steps of the shortest run that fails as well: `fc.assert(property, { seed, path })` repeats it.

import fc from 'fast-check'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import type { Keys } from '../../src/redis/keys.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { startRedis } from '../support/redis-server.ts'

/** Groups of steps that happen at the same time: 10,000 of them in all. */
const runs = 1_000
const groups = 10
const mostAtATime = 5
const begin = 1_798_761_600

class Tick {
  static queue = 'ticks'
  perform(_name: number): void {}
}

type Step =
  | { readonly kind: 'add' | 'addRuby'; readonly second: number; readonly name: number }
  | { readonly kind: 'cancel'; readonly job: number }
  | { readonly kind: 'cancelBulk'; readonly jobs: readonly number[] }
  | { readonly kind: 'reschedule'; readonly job: number; readonly second: number }
  | { readonly kind: 'enqueueNow' | 'remove' | 'removeAll'; readonly name: number }
  | { readonly kind: 'retime' | 'rescheduleAll'; readonly name: number; readonly second: number }
  | { readonly kind: 'clear' }
  | { readonly kind: 'promote'; readonly seconds: number; readonly scheduler: number }

const second = fc.integer({ min: 1, max: 6 })
const name = fc.integer({ min: 0, max: 2 })
const job = fc.nat(20)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constantFrom('add', 'addRuby'), second, name }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel'), job }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('reschedule'), job, second }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('enqueueNow', 'remove', 'removeAll'), name }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('retime', 'rescheduleAll'), name, second }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('promote'),
      seconds: fc.integer({ min: 0, max: 2 }),
      scheduler: fc.nat(1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('cancelBulk'), jobs: fc.array(job, { maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' } as const) },
)
const group = fc.array(step, { minLength: 2, maxLength: mostAtATime })

/** What was done, counted by those who did it. */
interface Account {
  readonly ids: Set<string>
  rubyAdded: number
  taken: number
  /** A batch was full: what is left of its second may be equal to what was promoted, which left Ruby's index. */
  isCutOff: boolean
}

/** Two schedulers, each with a connection and a client of its own, and a client that writes as Ruby does. */
interface Stage {
  readonly redis: Redis
  readonly keys: Keys
  readonly namespace: string
  readonly clock: ManualClock
  readonly resque: Resque
  readonly other: Resque
  readonly ruby: Resque
}

function stage(redis: Redis, otherRedis: Redis, clock: ManualClock, namespace: string): Stage {
  const resque = new Resque({ redis, namespace, clock })
  const other = new Resque({ redis: otherRedis, namespace, clock })
  const ruby = new Resque({ redis: otherRedis, namespace, clock, payload: 'ruby' })
  return { redis, keys: resque.rooms.store.keys, namespace, clock, resque, other, ruby }
}

type StepOf<Kind, One = Step> = One extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? One
    : never
  : never
type Carry<Kind extends Step['kind']> = (step: StepOf<Kind>) => Promise<unknown>
type Carriers = { readonly [Kind in Step['kind']]: Carry<Kind> }

function carriers({ resque, other, ruby, clock }: Stage, account: Account): Carriers {
  const note = (id: string | null): unknown => id !== null && account.ids.add(id)
  const take = async (count: Promise<number | boolean>): Promise<void> => {
    const taken = Number(await count) // read first: others change the account meanwhile
    account.taken += taken
  }
  const known = (index: number): string => [...account.ids][index % Math.max(1, account.ids.size)] ?? ''
  const addRuby: Carry<'addRuby'> = (step) => {
    account.rubyAdded++
    return ruby.enqueueAt(begin + step.second, Tick, step.name)
  }
  return {
    add: async (step) => note(await resque.enqueueAt(begin + step.second, Tick, step.name)),
    addRuby,
    cancel: (step) => take(resque.cancel(known(step.job))),
    cancelBulk: (step) => take(other.cancelBulk([...new Set(step.jobs.map(known))])),
    reschedule: (step) => resque.reschedule(known(step.job), begin + step.second),
    enqueueNow: (step) => other.delayed.enqueueNow(Tick, step.name),
    remove: (step) => take(resque.delayed.remove(Tick, step.name)),
    removeAll: (step) => take(other.delayed.remove({ class: Tick, args: [step.name] })),
    retime: async (step) => note(await other.delayOrEnqueueAt(begin + step.second, Tick, step.name)),
    rescheduleAll: (step) =>
      resque.delayed.reschedule({ class: Tick, args: [step.name] }, begin + step.second),
    clear: () => take(resque.delayed.clear()),
    promote: async ({ seconds, scheduler }) => {
      clock.advance(seconds * 1_000)
      const by = scheduler === 0 ? resque : other
      const { more } = await by.rooms.delayed.promote({ limit: 3, leader: null })
      if (more) account.isCutOff = true
    },
  }
}

function idsIn(payloads: readonly string[]): string[] {
  return payloads.flatMap((text) => (JSON.parse(text) as { id?: string }).id ?? [])
}

/** The payloads of every bucket; a bucket is there if and only if its second is. */
async function buckets({ redis, keys }: Stage): Promise<string[]> {
  const seconds = await redis.zrange(keys.schedule, '0', '-1')
  const names = (await redis.keys(`${keys.bucketPrefix}*`)).map((key) => key.slice(keys.bucketPrefix.length))
  expect(names.sort()).toEqual(seconds.sort())
  return (await Promise.all(seconds.map((due) => redis.lrange(keys.bucket(Number(due)), 0, -1)))).flat()
}

/** Ruby's index names exactly the buckets in which a payload is. */
async function expectRightIndex({ redis, keys, namespace }: Stage, { isCutOff }: Account): Promise<void> {
  const named: string[] = []
  for (const key of await redis.keys(`${keys.timestampsPrefix}*`)) {
    const payload = key.slice(keys.timestampsPrefix.length)
    for (const bucket of await redis.smembers(key)) {
      expect(await redis.lpos(`${namespace}:${bucket}`, payload)).not.toBe(null)
      named.push(`${bucket} ${payload}`)
    }
  }
  if (isCutOff) return
  for (const due of await redis.zrange(keys.schedule, '0', '-1')) {
    const payloads = new Set(await redis.lrange(keys.bucket(Number(due)), 0, -1))
    for (const payload of payloads)
      if (idsIn([payload]).length === 0) expect(named).toContain(`delayed:${due} ${payload}`)
  }
}

async function expectOnePlaceEach(here: Stage, account: Account): Promise<void> {
  const [delayed, waiting] = [await buckets(here), await here.resque.queues.peek('ticks', 0, 1_000)]
  const [delayedIds, waitingIds] = [new Set(idsIn(delayed)), new Set(idsIn(waiting))]
  let cancelled = 0
  const states = await Promise.all(
    [...account.ids].map(async (id) => [id, await here.resque.status(id)] as const),
  )
  for (const [id, status] of states) {
    const state = status?.state
    if (state === 'cancelled') cancelled++
    const place = delayedIds.has(id) ? 'delayed' : waitingIds.has(id) ? 'waiting' : 'cancelled'
    expect(state).toBe(place)
  }
  expect(delayedIds.size + waitingIds.size + cancelled).toBe(account.ids.size)
  expect(idsIn([...delayed, ...waiting])).toHaveLength(delayedIds.size + waitingIds.size)
  // A job of Ruby's that delayOrEnqueue moved makes none; all that were added and not taken out are somewhere.
  const all = account.ids.size + account.rubyAdded
  expect(delayed.length + waiting.length + account.taken).toBe(all)
}

async function play(here: Stage, all: readonly (readonly Step[])[]): Promise<void> {
  const account: Account = { ids: new Set(), rubyAdded: 0, taken: 0, isCutOff: false }
  const carry = carriers(here, account)
  for (const steps of all) await Promise.all(steps.map((one) => carry[one.kind](one as never)))
  // A full batch leaves the second that it emptied to the next one.
  await here.resque.rooms.delayed.promote({ limit: 1_000, leader: null })
  await expectOnePlaceEach(here, account)
  await expectRightIndex(here, account)
}

it(`each job ends in one place, after ${runs * groups} times several steps at once`, async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const connect = () => new Redis(server.url, { autoResendUnfulfilledCommands: false })
  const [redis, other] = [connect(), connect()]
  onTestFinished(() => [redis, other].forEach((one) => void one.disconnect()))
  const clock = new ManualClock()
  let run = 0
  const property = fc.asyncProperty(
    fc.array(group, { minLength: groups, maxLength: groups }),
    async (all) => {
      clock.advance(begin * 1_000 - clock.nowMs())
      await play(stage(redis, other, clock, `run-${run++}`), all)
      await redis.flushall()
    },
  )
  await fc.assert(property, { numRuns: runs })
}, 120_000)
