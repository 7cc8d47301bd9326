// Hooks around enqueueing: their order, their vetoes, their errors.

import { describe, expect, it } from 'vitest'
import { HookError } from '../../src/errors.ts'
import type { ClientPlugin, PluginCall } from '../../src/job/plugin.ts'
import { world } from '../support/world.ts'

type Said = unknown[][]

const names = [
  'beforeEnqueue',
  'afterEnqueue',
  'beforeSchedule',
  'afterSchedule',
  'beforeDequeue',
  'afterDequeue',
] as const

/** A plugin that writes down how it was called. */
function plugin(who: string, said: Said): ClientPlugin {
  const entries = names.map((name) => [name, ({ args }: PluginCall) => said.push([who, name, ...args])])
  return Object.fromEntries(entries) as ClientPlugin
}

/** A class with all hooks, that write down how they were called. */
function hookedClass(said: Said) {
  class Mail {
    static queue = 'mail'
    static plugins = [plugin('class plugin', said)]
    perform(_to: string): void {}
  }
  for (const name of names)
    Object.assign(Mail, { [name]: (...args: unknown[]) => said.push(['class', name, ...args]) })
  return Mail
}

describe('hooks', () => {
  it("are called in order: plugins of the client, of the call, of the class, then the class's own", async () => {
    const said: Said = []
    const here = world({ plugins: [plugin('client', said)] })
    const Mail = hookedClass(said)
    await here.resque.with({ plugins: [plugin('call', said)] }).enqueue(Mail, 'ann')
    const order = ['client', 'call', 'class plugin', 'class']
    expect(said).toEqual([
      ...order.map((who) => [who, 'beforeEnqueue', 'ann']),
      ...order.map((who) => [who, 'afterEnqueue', 'ann']),
    ])
  })

  it.each([
    ['later', 60, ['beforeSchedule', 'afterSchedule']],
    ['at once', 0, ['beforeSchedule', 'beforeEnqueue', 'afterEnqueue', 'afterSchedule']],
  ] as const)('of a job with a time that is due %s', async (_, seconds, called) => {
    const said: Said = []
    const here = world()
    const Mail = hookedClass(said)
    await here.resque.enqueueIn(seconds, Mail, 'ann')
    expect(said.filter(([who]) => who === 'class').map(([, name]) => name)).toEqual(called)
    said.length = 0
    await here.resque.enqueueBulk([{ job: Mail, args: ['bob'], in: seconds }])
    expect(said.filter(([who]) => who === 'class').map(([, name]) => name)).toEqual(called)
  })

  it('of names that begin alike are called in alphabetical order, and awaited', async () => {
    const { resque } = world()
    const said: string[] = []
    class Mail {
      static queue = 'mail'
      static async beforeEnqueueB(): Promise<void> {
        await Promise.resolve()
        said.push('B')
      }
      static beforeEnqueueA(): void {
        said.push('A')
      }
      static beforeEnqueue_c(): void {
        said.push('_c')
      }
      perform(): void {}
    }
    await resque.enqueue(Mail)
    expect(said).toEqual(['A', 'B', '_c'])
  })

  it('tell a plugin which job it is', async () => {
    const calls: PluginCall[] = []
    const here = world({ plugins: [{ afterSchedule: (job) => calls.push(job) }] })
    const date = new Date('2040-01-01T00:00:00Z')
    const id = await here.resque.enqueueAtWithQueue('mail', date, 'Mail', 'ann')
    expect(calls).toEqual([{ class: 'Mail', args: ['ann'], queue: 'mail', dueAt: date, id }])
  })
})

describe('a hook that says false', () => {
  it.each(['beforeEnqueue', 'beforeSchedule'] as const)('vetoes: %s', async (name) => {
    const here = world()
    class Mail {
      static queue = 'mail'
      perform(_n: number): void {}
    }
    const asked: string[] = []
    Object.assign(Mail, { [name]: async (n: number) => n === 1, [`${name}Z`]: () => void asked.push(name) })
    const seconds = name === 'beforeSchedule' ? 60 : 0
    expect(await here.resque.enqueueIn(seconds, Mail, 2)).toBeNull()
    expect(await here.resque.delayOrEnqueueIn(seconds, Mail, 2)).toBeNull()
    expect([asked, await here.allKeys()]).toEqual([[], []])
    const items = [2, 1, 2].map((n) => ({ job: Mail, args: [n], in: seconds }))
    expect(await here.resque.enqueueBulk(items)).toEqual([null, expect.any(String), null])
    expect((await here.resque.queues.size('mail')) + (await here.resque.delayed.count())).toBe(1)
  })

  it('keeps jobs in their queue', async () => {
    const here = world({ plugins: [{ beforeDequeue: ({ args }) => args[0] !== 1 }] })
    await here.resque.enqueueTo('mail', 'Mail', 1)
    await here.resque.enqueueTo('mail', 'Mail', 2)
    expect(await here.resque.queues.dequeue('Mail', 1)).toBe(0)
    expect(await here.resque.queues.dequeue('Mail', 2)).toBe(1)
    expect(await here.resque.queues.size('mail')).toBe(1)
  })
})

describe('a hook that throws', () => {
  const broken = new Error('no network')
  const breaking = (name: keyof ClientPlugin): ClientPlugin => ({
    [name]: () => {
      throw broken
    },
  })

  it('before: the call rejects with its error, and nothing is written', async () => {
    const here = world()
    const verbs = here.resque.with({ plugins: [breaking('beforeEnqueue')] })
    await expect(verbs.enqueueTo('mail', 'Mail')).rejects.toBe(broken)
    await expect(verbs.enqueueBulk([{ job: 'Mail', queue: 'mail' }])).rejects.toBe(broken)
    expect(await here.allKeys()).toEqual([])
  })

  it('after: the job is there, and the error says which', async () => {
    const here = world()
    const verbs = here.resque.with({ plugins: [breaking('afterEnqueue')] })
    const error = await verbs.enqueueTo('mail', 'Mail').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HookError)
    const { id, cause, hook, message } = error as HookError
    expect((await here.resque.status(id ?? ''))?.state).toBe('waiting')
    expect([cause, hook]).toEqual([broken, 'afterEnqueue'])
    expect(message).toMatch(/^Mail was added \(\w{32}\), but its afterEnqueue hook threw: no network\./)
  })
})

it('hooks after are not told of a job that was left to another one', async () => {
  const said: Said = []
  const here = world({ plugins: [plugin('client', said)] })
  const unique = here.resque.with({ unique: true })
  await unique.enqueueTo('mail', 'Mail')
  await unique.enqueueTo('mail', 'Mail')
  expect(said.map(([, name]) => name)).toEqual(['beforeEnqueue', 'afterEnqueue', 'beforeEnqueue'])
})
