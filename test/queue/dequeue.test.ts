// Taking jobs out of queues: whole queues, and the jobs of a class with these args or any.

import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import { queuedBy } from '../support/foreign-payloads.ts'
import { type World, world } from '../support/world.ts'

class Mail {
  static queue = 'mail'
  perform(_to: string, _n = 0): void {}
}

const waiting = ({ resque }: World, queue = 'mail') => resque.queues.peek(queue, 0, 10_000)

describe('a queue', () => {
  it('is removed with its jobs, its name and its pause, and tells how many were lost', async () => {
    const here = world()
    await here.resque.enqueueBulk(Array.from({ length: 3 }, () => ({ job: Mail, args: ['ann'] })))
    await here.resque.enqueueTo('other', 'A')
    await here.resque.queues.pause('mail')
    expect(await here.resque.queues.remove('mail')).toBe(3)
    expect(await here.resque.queues.list()).toEqual([{ name: 'other', size: 1, paused: false }])
    expect(await here.redis.exists(here.keys.pausedQueues)).toBe(0)
    expect(await here.resque.queues.remove('mail')).toBe(0)
  })

  it('is cleared and keeps its name and its pause', async () => {
    const here = world()
    await here.resque.enqueue(Mail, 'ann')
    await here.resque.queues.pause('mail')
    expect(await here.resque.queues.clear('mail')).toBe(1)
    expect(await here.resque.queues.list()).toEqual([{ name: 'mail', size: 0, paused: true }])
  })

  it.each(['remove', 'clear'] as const)('without a name is not %sd', async (verb) => {
    await expect(world().resque.queues[verb]('')).rejects.toThrow(InvalidArgumentError)
  })
})

describe('dequeue', () => {
  it('cancels the jobs with these args, and leaves all others in their order', async () => {
    const here = world()
    const gone = await here.resque.enqueue(Mail, 'ann', 1)
    const kept = await here.resque.enqueue(Mail, 'ann', 2)
    await here.resque.enqueueTo('mail', 'Other', 'ann', 1)
    const alsoGone = await here.resque.enqueue(Mail, 'ann', 1)
    await here.resque.enqueueTo('elsewhere', Mail, 'ann', 1)
    expect(await here.resque.queues.dequeue(Mail, 'ann', 1)).toBe(2)
    expect(await here.resque.status(gone ?? '')).toMatchObject({ state: 'cancelled', queue: 'mail' })
    expect(await here.resque.status(alsoGone ?? '')).toMatchObject({ state: 'cancelled', class: 'Mail' })
    expect(await here.resque.status(kept ?? '')).toMatchObject({ state: 'waiting' })
    expect(await here.redis.ttl(here.keys.status(gone ?? ''))).toBeGreaterThan(0)
    const classes = (await waiting(here)).map((payload) => (JSON.parse(payload) as { class: string }).class)
    expect(classes).toEqual(['Mail', 'Other'])
    expect(await here.resque.queues.size('elsewhere')).toBe(1)
  })

  it('cancels the whole class without args, and by name in every queue', async () => {
    const here = world()
    for (const queue of ['mail', 'low', 'high']) {
      await here.resque.enqueueTo(queue, 'Mail', 'a')
      await here.resque.enqueueTo(queue, 'Mail')
      await here.resque.enqueueTo(queue, 'Mailer')
    }
    expect(await here.resque.queues.dequeue(Mail)).toBe(2)
    expect(await here.resque.queues.dequeue('Mail')).toBe(4)
    expect((await here.resque.queues.list()).map(({ size }) => size)).toEqual([1, 1, 1])
  })

  it('only counts when told so, in one queue', async () => {
    const here = world()
    await here.resque.enqueueBulk(Array.from({ length: 1_200 }, () => ({ job: Mail, args: ['ann'] })))
    await here.resque.enqueueTo('low', Mail, 'ann')
    expect(await here.resque.queues.dequeueFrom('mail', 'Mail', ['ann'], { dryRun: true })).toBe(1_200)
    expect(await here.resque.queues.size('mail')).toBe(1_200)
    expect(await here.resque.queues.dequeueFrom('mail', 'Mail')).toBe(1_200)
    expect(await here.resque.queues.list()).toMatchObject([{ size: 1 }, { name: 'mail', size: 0 }])
  })

  const same: readonly [string, string, readonly unknown[]][] = [
    ['Ruby', queuedBy.ruby, [1, 'a', { b: null }]],
    ['PHP, with its escapes', queuedBy.phpCb, [{ path: '/x/é', a: 1 }]],
    ['PHP, with one argument', queuedBy.phpRq, [{ a: 1 }]],
    ['Node', queuedBy.node, [1, 2]],
    ['Ruby, with floats', '{"class":"F","args":[1.0,1.0e+15]}', [1, 1e15]],
    [
      'anyone, with keys in another order',
      '{"args":[{"b":[1,{"d":2,"c":3}],"a":1}],"class":"K"}',
      [{ a: 1, b: [1, { c: 3, d: 2 }] }],
    ],
    ['PHP, with an empty map', '{"class":"E","args":[[]]}', [{}]],
    ['anyone, with an object for args', '{"class":"O","args":{"x":1}}', [{ x: 1 }]],
    ['anyone, with an escaped class', '{"class":"\\u0041\\/B\\\\C","args":["\\u00e9"]}', ['é']],
  ]
  it.each(same)('finds by value what was written by %s', async (_, payload, args) => {
    const here = world()
    const { class: name } = JSON.parse(payload) as { class: string }
    const others = ['junk', '', '[]', '{"class":7}', `{"class":${JSON.stringify(name)},"args":["another"]}`]
    await here.redis.sadd(here.keys.queues, 'mail')
    await here.redis.rpush(here.keys.queue('mail'), ...others, payload)
    expect(await here.resque.queues.dequeue(name, 'no', 'such')).toBe(0)
    expect(await here.resque.queues.dequeue(name, ...args)).toBe(1)
    expect(await waiting(here)).toEqual(others)
  })

  it('sets the status of a job of php-resque where there is one', async () => {
    const here = world()
    const key = here.keys.status('2ac8c24920211d09891a0022a17f034f')
    await here.redis.set(key, '{"status":1,"updated":1,"started":1}')
    await here.redis.rpush(here.keys.queue('mail'), queuedBy.phpCb, queuedBy.phpRq)
    expect(await here.resque.queues.dequeueFrom('mail', 'OkJob')).toBe(2)
    expect(await here.redis.get(key)).toMatch(/^{"status":64,.*"started":1/)
    expect(await here.allKeys()).toEqual(['job:2ac8c24920211d09891a0022a17f034f:status'])
  })

  it('finds all among 5,000 jobs, while workers take from the head and new ones come', async () => {
    const here = world()
    const items = Array.from({ length: 5_000 }, (_, n) => ({ job: n % 2 === 0 ? 'Even' : 'Odd', args: [n] }))
    await here.resque.enqueueBulk(items.map((item) => ({ ...item, queue: 'mail' })))
    const taken: string[] = []
    const [count] = await Promise.all([
      here.resque.queues.dequeueFrom('mail', 'Even'),
      (async () => {
        for (let round = 0; round < 50; round++) {
          taken.push((await here.redis.lpop(here.keys.queue('mail'))) ?? '')
          await here.resque.enqueueTo('mail', 'Odd', -1)
        }
      })(),
    ])
    const evens = taken.filter((payload) => payload.includes('"Even"')).length
    expect(count).toBe(2_500 - evens)
    expect((await waiting(here)).filter((payload) => payload.includes('"Even"'))).toEqual([])
    expect(await here.resque.queues.size('mail')).toBe(2_500 + 50 - (50 - evens))
  })

  it('passes over a queue whose key holds something else', async () => {
    const here = world()
    await here.resque.enqueueTo('broken', 'Mail')
    await here.redis.set(here.keys.queue('broken'), 'no list')
    await here.resque.enqueueTo('mail', 'Mail')
    expect(await here.resque.queues.dequeue('Mail')).toBe(1)
  })

  it('refuses args that cannot be compared', async () => {
    const { resque } = world()
    await expect(resque.queues.dequeue('A', [{ id: 2 ** 60 }])).rejects.toThrow(
      /1152921504606847000 is beyond 2\^53/,
    )
    await expect(resque.queues.dequeue('A', new Date(0))).rejects.toThrow(/it is a Date/)
    await expect(resque.queues.dequeue('')).rejects.toThrow(InvalidArgumentError)
  })

  it('wakes who waits for the end of a job', async () => {
    const { resque } = world()
    const id = await resque.enqueue(Mail, 'ann')
    const end = resque.waitFor(id ?? '', { timeoutSeconds: 20 })
    expect(await resque.queues.dequeue(Mail, 'ann')).toBe(1)
    expect(await end).toMatchObject({ state: 'cancelled' })
  })
})
