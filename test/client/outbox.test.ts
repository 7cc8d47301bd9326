// Calls made in one turn share script calls, and each has its own answer.

import { expect, it, onTestFinished } from 'vitest'
import { turn } from '../../src/clock.ts'
import { EnqueueInDoubtError, RedisError } from '../../src/errors.ts'
import { scripts } from '../../src/redis/script.ts'
import { runsScript, startProxy } from '../support/chaos-proxy.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

class Note {
  static queue = 'notes'
  perform(_number: number): void {}
}

/** How many scripts Redis has run for this test's client: its own server counts them for all. */
async function scriptCalls(here: World, act: () => Promise<unknown>): Promise<number> {
  const { redis } = here.rooms.store
  let calls = 0
  const sent = redis.sendCommand.bind(redis)
  redis.sendCommand = (command, ...rest) => {
    if (/^eval/.test(command.name)) calls++
    return sent(command, ...rest)
  }
  await act()
  return calls
}

it('600 jobs enqueued at once take a few script calls, in their order', async () => {
  const here = world()
  await Promise.all([here.resque.enqueue(Note, -2), here.resque.enqueue(Note, -1)]) // the script is known then
  let ids: (string | null)[] = []
  const calls = await scriptCalls(here, async () => {
    ids = await Promise.all(Array.from({ length: 600 }, (_, index) => here.resque.enqueue(Note, index)))
  })
  expect(calls).toBe(3)
  expect(new Set(ids).size).toBe(600)
  const numbers = (await here.resque.queues.peek('notes', 0, 700)).map(
    (text) => (JSON.parse(text) as { args: number[] }).args[0],
  )
  expect(numbers).toEqual(Array.from({ length: 602 }, (_, index) => index - 2))
})

it('now and later travel together, each into its place', async () => {
  const here = world()
  const due = Math.floor(Date.now() / 1000) + 600
  const [now, later, other] = await Promise.all([
    here.resque.enqueue(Note, 1),
    here.resque.enqueueAt(due, Note, 2),
    here.resque.enqueueAtWithQueue('other', due, Note, 3),
  ])
  expect(await here.resque.status(now ?? '')).toMatchObject({ state: 'waiting' })
  for (const id of [later, other])
    expect(await here.resque.status(id ?? '')).toMatchObject({
      state: 'delayed',
      dueAt: new Date(due * 1000),
    })
})

it('a queue that cannot take jobs spoils only its own', async () => {
  const here = world()
  await here.redis.set(here.keys.queue('odd'), 'no list')
  const answers = await Promise.allSettled([
    here.resque.enqueue(Note, 1),
    here.resque.enqueueTo('odd', Note, 2),
    here.resque.enqueue(Note, 3),
  ])
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(answers[1]).toMatchObject({ reason: expect.any(RedisError) })
  expect(await here.resque.queues.size('notes')).toBe(2)
})

it('a job that a script could not recognise, or a long one, goes alone', async () => {
  const here = world()
  await Promise.all([here.resque.enqueue(Note, -2), here.resque.enqueue(Note, -1)])
  await here.resque.enqueue(Note, -3)
  const calls = await scriptCalls(here, () =>
    Promise.all([
      here.resque.enqueue(Note, 1),
      here.resque.with({ track: false }).enqueue(Note, 2),
      here.resque.with({ payload: 'ruby' }).enqueue(Note, 3),
      here.resque.enqueueTo('notes', 'Long', 'x'.repeat(5_000)),
      here.resque.enqueue(Note, 4),
    ]),
  )
  expect(calls).toBe(4)
  expect(await here.resque.queues.size('notes')).toBe(8)
})

it('in doubt, each call names its own job', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  const proxy = await startProxy(here.url)
  onTestFinished(() => proxy.stop())
  const client = here.client({ redis: proxy.url })
  await client.enqueue(Note, 0)
  const lost = proxy.trap({
    match: runsScript(scripts.get('push')?.sha ?? ''),
    when: 'after',
    action: () => 'drop',
  })
  const calls = Promise.allSettled([client.enqueue(Note, 1), client.enqueue(Note, 2)])
  await lost.sprung
  proxy.refuse(true)
  const ended = calls.then(() => true)
  while (!(await Promise.race([ended, turn().then(() => false)]))) clock.advance(1_000)
  const errors = (await calls).map((answer) =>
    answer.status === 'rejected' ? (answer.reason as unknown) : null,
  )
  const named = errors.flatMap((error) => (error as EnqueueInDoubtError).ids)
  const payloads = await here.resque.queues.peek('notes')
  expect(payloads.slice(1).map((text) => (JSON.parse(text) as { id: string }).id)).toEqual(named)
  for (const [index, error] of errors.entries()) {
    expect(error).toBeInstanceOf(EnqueueInDoubtError)
    expect((error as Error).message).toContain(`(${named[index]})`)
  }
})

it('a second that cannot take jobs spoils only its own: what came through is not added once more', async () => {
  const here = world()
  const due = Math.floor(Date.now() / 1000) + 600
  await here.redis.set(here.keys.bucket(due + 1), 'no list')
  const answers = await Promise.allSettled([
    here.resque.enqueueAt(due, Note, 1),
    here.resque.enqueueAt(due + 1, Note, 2),
    here.resque.enqueueAt(due, Note, 3),
  ])
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect((await here.resque.delayed.peek(due)).map(({ args }) => args[0])).toEqual([1, 3])
})

it('while Redis is away, all calls give up at the same time', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  const proxy = await startProxy(here.url)
  onTestFinished(() => proxy.stop())
  proxy.refuse(true)
  const client = here.client({ redis: proxy.url })
  const gaveUpMs: number[] = []
  const call = async (number: number): Promise<void> => {
    const error = await client.enqueue(Note, number).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RedisError)
    gaveUpMs.push(clock.nowMs())
  }
  const ended = Promise.all([1, 2, 3, 4].map(call)).then(() => true)
  while (!(await Promise.race([ended, turn().then(() => false)]))) clock.advance(500)
  expect(gaveUpMs).toHaveLength(4)
  expect(Math.max(...gaveUpMs) - Math.min(...gaveUpMs)).toBeLessThan(15_000)
})
