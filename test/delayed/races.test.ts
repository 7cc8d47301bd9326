// Everything that can be done with delayed jobs, interleaved at random: each job ends in one place, all counts
// agree, and no index, bucket or second is left without the others.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const runs = 200
const steps = 30
const begin = 1_798_761_600

class Tick {
  static queue = 'ticks'
  perform(_name: number): void {}
}

type Step =
  | { readonly kind: 'add' | 'addRuby'; readonly second: number; readonly name: number }
  | { readonly kind: 'cancel'; readonly job: number }
  | { readonly kind: 'reschedule'; readonly job: number; readonly second: number }
  | { readonly kind: 'enqueueNow' | 'remove' | 'removeAll'; readonly name: number }
  | { readonly kind: 'retime'; readonly name: number; readonly second: number }
  | { readonly kind: 'promote'; readonly seconds: number }

const second = fc.integer({ min: 1, max: 6 })
const name = fc.integer({ min: 0, max: 2 })
const job = fc.nat(20)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('add', 'addRuby'), second, name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel'), job }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reschedule'), job, second }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('enqueueNow', 'remove', 'removeAll'), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retime'), name, second }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('promote'), seconds: fc.integer({ min: 0, max: 2 }) }),
  },
)

/** What was done, counted by those who did it. */
interface Account {
  readonly ids: Set<string>
  rubyAdded: number
  taken: number
}

function carry(here: World, clock: ManualClock, ruby: World['resque'], account: Account) {
  const { delayed } = here.resque
  const note = (id: string | null): unknown => id !== null && account.ids.add(id)
  const take = (count: number): void => {
    account.taken += count
  }
  const known = (index: number): string => [...account.ids][index % Math.max(1, account.ids.size)] ?? ''
  return async (step: Step): Promise<void> => {
    switch (step.kind) {
      case 'add':
        note(await here.resque.enqueueAt(begin + step.second, Tick, step.name))
        break
      case 'addRuby':
        account.rubyAdded++
        await ruby.enqueueAt(begin + step.second, Tick, step.name)
        break
      case 'cancel':
        if (await here.resque.cancel(known(step.job))) account.taken++
        break
      case 'reschedule':
        await here.resque.reschedule(known(step.job), begin + step.second)
        break
      case 'enqueueNow':
        await delayed.enqueueNow(Tick, step.name)
        break
      case 'remove':
        take(await delayed.remove(Tick, step.name))
        break
      case 'removeAll':
        take(await delayed.remove({ class: Tick, args: [step.name] }))
        break
      case 'retime':
        note(await here.resque.delayOrEnqueueAt(begin + step.second, Tick, step.name))
        break
      case 'promote':
        clock.advance(step.seconds * 1_000)
        await here.rooms.delayed.promote({ limit: 3, leader: null })
    }
  }
}

function idsIn(payloads: readonly string[]): string[] {
  return payloads.flatMap((text) => (JSON.parse(text) as { id?: string }).id ?? [])
}

/** The payloads of every bucket; a bucket is there if and only if its second is. */
async function buckets({ redis, keys }: World): Promise<string[]> {
  const seconds = await redis.zrange(keys.schedule, '0', '-1')
  const names = (await redis.keys(`${keys.bucketPrefix}*`)).map((key) => key.slice(keys.bucketPrefix.length))
  expect(names.sort()).toEqual(seconds.sort())
  return (await Promise.all(seconds.map((due) => redis.lrange(keys.bucket(Number(due)), 0, -1)))).flat()
}

/** Ruby's index names exactly the buckets in which a payload is. */
async function expectRightIndex({ redis, keys, namespace }: World): Promise<void> {
  const named: string[] = []
  for (const key of await redis.keys(`${keys.timestampsPrefix}*`)) {
    const payload = key.slice(keys.timestampsPrefix.length)
    for (const bucket of await redis.smembers(key)) {
      expect(await redis.lpos(`${namespace}:${bucket}`, payload)).not.toBe(null)
      named.push(`${bucket} ${payload}`)
    }
  }
  for (const due of await redis.zrange(keys.schedule, '0', '-1')) {
    const payloads = new Set(await redis.lrange(keys.bucket(Number(due)), 0, -1))
    for (const payload of payloads)
      if (idsIn([payload]).length === 0) expect(named).toContain(`delayed:${due} ${payload}`)
  }
}

async function expectOnePlaceEach(here: World, account: Account): Promise<void> {
  const [delayed, waiting] = [await buckets(here), await here.resque.queues.peek('ticks', 0, 1_000)]
  const [delayedIds, waitingIds] = [new Set(idsIn(delayed)), new Set(idsIn(waiting))]
  let cancelled = 0
  for (const id of account.ids) {
    const state = (await here.resque.status(id))?.state
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

it(`each job ends in one place, in ${runs} runs of ${steps} steps at the same time`, async () => {
  const clock = new ManualClock()
  const url = world().url
  const property = fc.asyncProperty(fc.array(step, { minLength: steps, maxLength: steps }), async (all) => {
    clock.advance(begin * 1_000 - clock.nowMs())
    const here = world({ url, clock })
    const ruby = here.client({ payload: 'ruby' })
    const account: Account = { ids: new Set(), rubyAdded: 0, taken: 0 }
    const act = carry(here, clock, ruby, account)
    for (let start = 0; start < all.length; start += 5)
      await Promise.all(all.slice(start, start + 5).map(act))
    // A full batch leaves the second that it emptied to the next one.
    await here.rooms.delayed.promote({ limit: 1_000, leader: null })
    await expectOnePlaceEach(here, account)
    await expectRightIndex(here)
  })
  await fc.assert(property, { numRuns: runs })
}, 120_000)
