// Options of one call, and of one item of a bulk.

import { describe, expect, it } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import type { CallOptions } from '../../src/client/settings.ts'
import { InvalidArgumentError, UniqueConflictError } from '../../src/errors.ts'
import { type World, world } from '../support/world.ts'

class Import {
  static queue = 'imports'
  perform(_n?: number): void {}
}

class Quiet {
  static queue = 'imports'
  static track = false
  perform(): void {}
}

async function payloads({ resque }: World, queue = 'imports'): Promise<Record<string, unknown>[]> {
  return (await resque.queues.peek(queue)).map((text) => JSON.parse(text) as Record<string, unknown>)
}

describe('resque.with', () => {
  it("writes Ruby's bytes for one call only", async () => {
    const here = world()
    const ruby = here.resque.with({ payload: 'ruby' })
    expect(await ruby.enqueue(Import, 1)).toBeNull()
    expect(await here.resque.enqueue(Import, 2)).toMatch(/^[0-9a-f]{32}$/)
    const [first] = await here.resque.queues.peek('imports')
    expect(first).toBe('{"class":"Import","args":[1]}')
  })

  it('tracks a job or not, whatever client and class say', async () => {
    const here = world({ track: false })
    const tracked = here.resque.with({ track: true })
    const ids = [
      await here.resque.enqueue(Import),
      await tracked.enqueue(Import),
      await tracked.enqueue(Quiet),
      await tracked.with({ track: false }).enqueue(Import),
    ]
    const states = await Promise.all(ids.map((id) => here.resque.status(id ?? '')))
    expect(states.map((status) => status?.state)).toEqual([undefined, 'waiting', 'waiting', undefined])
  })

  it("chooses the queue, but for a call that names one; the time limit travels in the job's bytes", async () => {
    const here = world()
    const hurried = here.resque.with({ queue: 'fast' }).with({ timeoutSeconds: 2.5 })
    await hurried.enqueue(Import, 1)
    await hurried.enqueueTo('imports', Import, 2)
    await hurried.enqueueIn(60, Import, 3)
    expect((await payloads(here, 'fast')).map(({ options }) => options)).toEqual([{ timeout: 2.5 }])
    expect((await payloads(here)).map(({ args }) => args)).toEqual([[2]])
    expect((await here.resque.delayed.list()).map(({ queue }) => queue)).toEqual(['fast'])
  })

  it('leaves the client as it was, and what was there in force', async () => {
    const here = world()
    here.resque.with({ timeoutSeconds: 1 })
    await here.resque.enqueue(Import)
    await here.resque.with({ timeoutSeconds: 1 }).with({ queue: 'imports' }).enqueue(Import)
    expect((await payloads(here)).map(({ options }) => options)).toEqual([undefined, { timeout: 1 }])
  })
})

describe('items of a bulk', () => {
  it('have options of their own, above those of the call', async () => {
    const here = world()
    const ids = await here.resque.with({ timeoutSeconds: 9 }).enqueueBulk([
      { job: Import, args: [1] },
      { job: Import, args: [2], timeoutSeconds: 3 },
      { job: Import, args: [3], track: false },
    ])
    expect((await payloads(here)).map(({ options }) => options)).toEqual([
      { timeout: 9 },
      { timeout: 3 },
      { timeout: 9 },
    ])
    expect(await here.resque.status(ids[2] ?? '')).toBeNull()
  })

  it('may be unique, among themselves and with others', async () => {
    const here = world()
    const other = await here.resque.with({ unique: true }).enqueue(Import, 1)
    const ids = await here.resque.enqueueBulk([
      { job: Import, args: [1], unique: true },
      { job: Import, args: [2], unique: true },
      { job: Import, args: [2], unique: { onConflict: 'replace' }, in: 60 },
      { job: Import, args: [2] },
    ])
    expect(ids[0]).toBe(other)
    expect(await payloads(here)).toHaveLength(2)
    expect((await here.resque.delayed.list()).map(({ id }) => id)).toEqual([ids[2]])
    expect((await here.resque.status(ids[1] ?? ''))?.state).toBe('cancelled')
  })

  it('that are rejected are told, after all others were added', async () => {
    const here = world()
    const unique = { onConflict: 'reject' } as const
    const items = [1, 1, 2, 1].map((n) => ({ job: Import, args: [n], unique }))
    const error = await here.resque.enqueueBulk(items).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UniqueConflictError)
    const { ids, message } = error as UniqueConflictError
    expect(ids.map((id) => id !== null)).toEqual([true, false, true, false])
    expect(message).toMatch(/1 more.*All other items were added/)
    expect((await payloads(here)).map(({ args }) => args)).toEqual([[1], [2]])
  })
})

const bad: [string, unknown, RegExp][] = [
  ['an unknown name', { timeoutSecond: 1 }, /with has no "timeoutSecond".*Did you mean "timeoutSeconds"/],
  ['no object', 5, /with takes an object of options, got number/],
  ['another format', { payload: 'rubby' }, /"php" or "ruby", got "rubby".*Did you mean "ruby"/],
  ['a track that is a text', { track: 'no' }, /track is true or false, got "no"/],
  ['a limit of 0', { timeoutSeconds: 0 }, /number of seconds above 0, got 0/],
  ['a limit that is a text', { timeoutSeconds: '5' }, /number of seconds above 0, got "5"/],
  [
    "a limit in Ruby's bytes",
    { timeoutSeconds: 5, payload: 'ruby' },
    /cannot travel in Ruby's bytes.*Leave out/,
  ],
  ['an empty queue', { queue: '' }, /queue name "" is empty/],
  ['plugins that are none', { plugins: ['audit'] }, /array of objects/],
  ['a unique that is a text', { unique: 'args' }, /an object of options, true or false; got "args"/],
  [
    'an unknown name in it',
    { unique: { on_conflict: 'keep' } },
    /unique has no "on_conflict".*mean "onConflict"/,
  ],
  ['an unknown choice', { unique: { onConflict: 'moves' } }, /got "moves".*Did you mean "move"/],
  ['an unknown end', { unique: { until: 'start' } }, /started, finished; got "start".*mean "started"/],
  ['a window of 0', { unique: { withinSeconds: 0 } }, /above 0, got 0/],
  ['a window that is no time', { unique: { within: 'soon' } }, /"soon" is no duration/],
  ['two windows', { unique: { within: '5s', withinSeconds: 5 } }, /has both/],
  ['a key that is a number', { unique: { key: 5 } }, /a text, or a function.*got 5/],
  ['a choice of queues that is a text', { unique: { perQueue: 'yes' } }, /true or false, got "yes"/],
]

const badCalls: [string, CallOptions, RegExp][] = [
  [
    "unique in Ruby's bytes",
    { unique: true, payload: 'ruby' },
    /Import is unique.*no id or no status.*unique: false/,
  ],
  ['unique without a status', { unique: true, track: false }, /no id or no status/],
  [
    'a key that is made of nothing',
    { unique: { key: () => '' } },
    /must return a text that is not empty, got ""/,
  ],
  [
    'a key that comes later',
    { unique: { key: (async () => 'x') as never } },
    /got a promise \(it must not be async\)/,
  ],
]

describe('options that cannot be right are refused, and nothing is written', () => {
  it.each(bad)('with: %s', async (_, options, message) => {
    const here = world()
    expect(() => here.resque.with(options as CallOptions)).toThrow(InvalidArgumentError)
    expect(() => here.resque.with(options as CallOptions)).toThrow(message)
  })

  it.each(badCalls)('in the call: %s', async (_, options, message) => {
    const here = world()
    await expect(here.resque.with(options).enqueue(Import)).rejects.toThrow(message)
    expect(await here.allKeys()).toEqual([])
  })

  it('in items: names, formats, args that are no array; all are told at once', async () => {
    const here = world()
    const items = [
      { job: Import, arg: [1] },
      { job: Import, timeoutSeconds: 3, payload: 'ruby' },
      { job: Import, args: 'ann' },
      { job: Import },
    ]
    const error = await here.resque.enqueueBulk(items as never).catch((thrown: Error) => thrown)
    expect(String(error)).toMatch(/3 of 4 jobs are wrong/)
    expect(String(error)).toMatch(/item 0: an item has no "arg". Did you mean "args"/)
    expect(String(error)).toMatch(/item 1: timeoutSeconds 3 cannot travel/)
    expect(String(error)).toMatch(/item 2: args must be an array/)
    expect(await here.allKeys()).toEqual([])
  })

  it('for the client', () => {
    expect(() => new Resque({ namspace: 'x' } as never)).toThrow(/no "namspace".*Did you mean "namespace"/)
    expect(() => new Resque('redis://x' as never)).toThrow(/takes an object of options, got string/)
    expect(() => new Resque({ payload: 'json' } as never)).toThrow(/"php" or "ruby", got "json"/)
  })
})

describe('a job that is not there', () => {
  it('is null, or false, and no error', async () => {
    const { resque } = world()
    for (const id of ['0'.repeat(32), 'nobody', '']) {
      expect(await resque.status(id)).toBeNull()
      expect(await resque.waitFor(id)).toBeNull()
      expect(await resque.cancel(id)).toBe(false)
      expect(await resque.reschedule(id, new Date())).toBe(false)
    }
    expect(await resque.cancelBulk(['nobody'])).toBe(0)
  })

  it('any more is not cancelled, and its status says why', async () => {
    const here = world()
    const id = (await here.resque.enqueue(Import)) ?? ''
    await here.worker({ queues: 'imports', jobs: { Import } }).start()
    await here.resque.waitFor(id)
    expect(await here.resque.cancel(id)).toBe(false)
    expect(await here.resque.reschedule(id, new Date(2e12))).toBe(false)
    expect((await here.resque.status(id))?.state).toBe('complete')
  })
})
