// A job that PHP tracks, waiting or delayed, that our scheduler promotes and our worker performs: its PHP status
// goes all the way, under php-resque's key with and without a prefix.

import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type World, world } from '../support/world.ts'

const plain = 'afb700c95348b99f65d2765e6b8a8eef'

let open: () => void
let gate: Promise<void>

class OkJob {
  async perform(args: { a: number }): Promise<unknown> {
    await gate
    if (args.a === 0) throw new Error('refused')
    return `result of ${args.a}`
  }
}

function shut(): void {
  gate = new Promise((resolve) => {
    open = resolve
  })
}

function payload(id: string, prefix: string | null, a: number): string {
  const own = prefix === null ? '' : `"prefix":"${prefix}",`
  return `{"class":"OkJob","args":[{"a":${a}}],"id":"${id}",${own}"queue_time":1795399796.554857,"queue":"pq"}`
}

/** As php-resque writes it when the job is enqueued with trackStatus. */
async function track({ redis, keys }: World, name: string): Promise<void> {
  await redis.set(keys.status(name), '{"status":1,"updated":1795399796,"started":1795399796,"result":null}')
}

async function code({ redis, keys }: World, name: string): Promise<unknown> {
  return JSON.parse((await redis.get(keys.status(name))) ?? 'null') as unknown
}

async function delayed({ redis, keys }: World, text: string): Promise<void> {
  await redis.rpush(keys.bucket(1_700_000_000), text)
  await redis.zadd(keys.schedule, 1_700_000_000, '1700000000')
}

it.each([
  ['delayed, without a prefix', null, plain],
  ['delayed, with a prefix', 'shop', `shop_${plain}`],
])('%s', async (_how, prefix, name) => {
  shut()
  const here = world()
  await track(here, name)
  await delayed(here, payload(plain, prefix, 7))
  await here.scheduler().start()
  await eventually(async () => expect(await code(here, name)).toMatchObject({ status: 1 }))
  await here.worker({ queues: 'pq', jobs: { OkJob } }).start()
  await eventually(async () =>
    expect(await code(here, name)).toMatchObject({ status: 2, started: 1_795_399_796, result: null }),
  )
  expect(await here.resque.status(name)).toMatchObject({ state: 'running', code: 2 })
  open()
  await eventually(async () =>
    expect(await code(here, name)).toMatchObject({
      status: 4,
      started: 1_795_399_796,
      result: 'result of 7',
    }),
  )
  expect(await here.resque.status(name)).toMatchObject({ state: 'complete', result: 'result of 7' })
  expect(await here.redis.ttl(here.keys.status(name))).toBeGreaterThan(86_000)
})

it('one that fails says so, and one that PHP does not track gets no status', async () => {
  shut()
  open()
  const here = world()
  await track(here, plain)
  const other = plain.replace('a', 'b')
  await here.redis.rpush(here.keys.queue('pq'), payload(plain, '', 0), payload(other, '', 1))
  await here.worker({ queues: 'pq', jobs: { OkJob } }).start()
  await eventually(async () => expect(await code(here, plain)).toMatchObject({ status: 3 }))
  await eventually(async () => expect((await here.resque.stats()).processed).toBe(2))
  expect(await here.redis.exists(here.keys.status(other))).toBe(0)
})
