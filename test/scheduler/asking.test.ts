// Classes that are asked before a job of theirs is enqueued, as Ruby's `Klass.scheduled` and the hooks around it.

import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { type World, world } from '../support/world.ts'

/** What the classes were told, in order. */
let told: string[] = []

class Plain {
  static queue = 'plain'
  perform(): void {}
}

class SeesToIt {
  static queue = 'own'
  static scheduled(queue: string, className: string, ...args: string[]): void {
    told.push(`${className} ${queue} ${args.join()}`)
    if (args[0] === 'throws') throw new RangeError('not today')
  }
  perform(_word: string): void {}
}

class Hooked {
  static queue = 'hooked'
  static beforeDelayedEnqueue(word: string): void {
    told.push(`delayed ${word}`)
  }
  static beforeEnqueueAsk(word: string): boolean {
    told.push(`before ${word}`)
    return word !== 'vetoed'
  }
  static afterEnqueue(word: string): void {
    told.push(`after ${word}`)
  }
  perform(_word: string): void {}
}

const jobs = [Plain, SeesToIt, Hooked]

/** Puts jobs into a second that is past, as other systems do. */
async function due({ redis, keys }: World, ...payloads: string[]): Promise<void> {
  await redis.rpush(keys.bucket(1_700_000_000), ...payloads)
  await redis.zadd(keys.schedule, 1_700_000_000, '1700000000')
}

function payload(name: string, queue: string, ...args: unknown[]): string {
  return JSON.stringify({ class: name, args, queue })
}

function begin(options = {}): World {
  told = []
  return world(options)
}

describe('a class with `scheduled`', () => {
  it('is told of its due job, which then is its own matter', async () => {
    const here = begin()
    const id = await here.resque.enqueueIn(1, SeesToIt, 'ours')
    await due(here, payload('SeesToIt', 'own', 'of', 'Ruby'), payload('Plain', 'plain'))
    await here.scheduler({ jobs }).start()
    await eventually(async () => {
      expect(told.sort()).toEqual(['SeesToIt own of,Ruby', 'SeesToIt own ours'])
      expect(await here.resque.status(id ?? '')).toMatchObject({ state: 'complete', result: null })
    })
    expect(await here.resque.queues.size('own')).toBe(0)
    expect(await here.resque.queues.size('plain')).toBe(1)
    expect(await here.redis.exists(here.keys.asked)).toBe(0)
  })

  it('that throws has its job on the failed list, and the others go on', async () => {
    const here = begin()
    const id = await here.resque.enqueueIn(1, SeesToIt, 'throws')
    await here.resque.enqueueIn(1, SeesToIt, 'next')
    const scheduler = here.scheduler({ jobs })
    const errors: unknown[] = []
    scheduler.on('asked', ({ verdict, error }) => errors.push(`${verdict} ${error ?? ''}`))
    await scheduler.start()
    await eventually(async () => {
      expect(await here.resque.status(id ?? '')).toMatchObject({
        state: 'failed',
        error: { name: 'RangeError', message: 'not today' },
      })
      expect(errors).toEqual(['failed RangeError: not today', 'taken '])
    })
    const [failure] = await here.resque.failed.list()
    expect(failure).toMatchObject({ exception: 'RangeError', queue: 'own', class: 'SeesToIt', id })
    expect(await here.resque.failed.retry(failure ?? '')).toBe(true)
    expect(await here.resque.queues.size('own')).toBe(1)
  })

  it('is not asked by a scheduler that does not have it', async () => {
    const here = begin()
    await due(here, payload('SeesToIt', 'own', 'x'))
    await here.scheduler().start()
    await eventually(async () => expect(await here.resque.queues.size('own')).toBe(1))
    expect(told).toEqual([])
  })

  it('is told of the runs of a recurring entry as well', async () => {
    const here = begin()
    await here.resque.recurring.set('often', { every: '1s', class: 'SeesToIt', queue: 'own', args: ['run'] })
    await here.scheduler({ jobs }).start()
    await eventually(() => expect(told).toContain('SeesToIt own run'))
    expect(await here.resque.queues.size('own')).toBe(0)
  })
})

describe('hooks around enqueueing', () => {
  it('are called at promotion, and may veto', async () => {
    const here = begin()
    await due(here, payload('Hooked', 'hooked', 'good'), payload('Hooked', 'hooked', 'vetoed'))
    const id = await here.resque.enqueueIn(1, Hooked, 'vetoed')
    await here.scheduler({ jobs }).start()
    await eventually(async () => {
      expect(told).toHaveLength(7)
      expect(await here.resque.status(id ?? '')).toMatchObject({ state: 'cancelled' })
    })
    expect(told.slice(0, 3)).toEqual(['delayed good', 'before good', 'after good'])
    expect(await here.redis.lrange(here.keys.queue('hooked'), 0, -1)).toEqual([
      '{"class":"Hooked","args":["good"]}',
    ])
  })
})

describe('jobs whose class has not answered', () => {
  it('are asked about again by the next leader', async () => {
    const here = begin()
    let asked = 0
    class Hangs {
      static queue = 'own'
      static scheduled(): Promise<void> | undefined {
        asked++
        return asked === 1 ? new Promise(() => undefined) : undefined
      }
      perform(): void {}
    }
    const id = await here.resque.enqueueIn(1, Hangs)
    const first = here.scheduler({ jobs: [Hangs] })
    await first.start()
    await eventually(() => expect(asked).toBe(1))
    expect(await here.resque.status(id ?? '')).toMatchObject({ state: 'waiting', queue: 'own' })
    await first.stop()
    await here.scheduler({ jobs: [Hangs] }).start()
    await eventually(async () =>
      expect(await here.resque.status(id ?? '')).toMatchObject({ state: 'complete' }),
    )
    expect(asked).toBe(2)
  })

  it('count as waiting for the overlap of a recurring entry', async () => {
    const here = begin()
    const gate = new Gate()
    class Slow {
      static queue = 'own'
      static async beforeDelayedEnqueue(): Promise<void> {
        await gate.pass()
      }
      perform(): void {}
    }
    const skips: string[] = []
    await here.resque.recurring.set('often', { every: '1s', class: 'Slow', queue: 'own', overlap: 'skip' })
    const scheduler = here.scheduler({ jobs: [Slow] })
    scheduler.on('skipped', ({ reason }) => skips.push(reason))
    await scheduler.start()
    await eventually(() => expect(skips).toContain('overlap: skip, and an earlier job has not ended'))
    expect(gate.arrivals).toBe(1)
    expect(await here.redis.llen(here.keys.asked)).toBe(1)
    gate.open()
  })

  it('go into their queues when the next leader does not have the class', async () => {
    const here = begin()
    const bytes = Buffer.from([
      ...Buffer.from('{"class":"A","args":["'),
      0xff,
      ...Buffer.from('"],"queue":"own"}'),
    ])
    await here.redis.rpush(here.keys.asked, bytes, payload('SeesToIt', 'own', 'x'))
    await here.scheduler().start()
    await eventually(async () => expect(await here.resque.queues.size('own')).toBe(2))
    expect((await here.redis.lrangeBuffer(here.keys.queue('own'), 0, 0))[0]?.includes(0xff)).toBe(true)
  })

  it('are left to who leads: an answer of a former leader changes nothing', async () => {
    const here = begin()
    const text = payload('Plain', 'plain')
    await here.redis.rpush(here.keys.asked, text)
    await here.redis.set(here.keys.leader, 'another:1')
    const { asked } = here.rooms.delayed
    expect(await asked.answer(Buffer.from(text), { verdict: 'enqueue' }, 'me:2')).toBe(false)
    expect(await here.redis.lrange(here.keys.asked, 0, -1)).toEqual([text])
  })
})
