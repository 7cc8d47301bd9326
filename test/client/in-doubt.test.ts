// The connection breaks between Redis and the client, just when a job is added.

import { describe, expect, it, onTestFinished } from 'vitest'
import { Resque, type ResqueOptions } from '../../src/client/resque.ts'
import { EnqueueInDoubtError } from '../../src/errors.ts'
import { scripts } from '../../src/redis/script.ts'
import { type ChaosProxy, runsScript, startProxy } from '../support/chaos-proxy.ts'
import { type World, world } from '../support/world.ts'

interface Shaky extends World {
  readonly proxy: ChaosProxy
  /** A client whose connection the proxy can break. */
  readonly shaky: Resque
}

async function shakyWorld(options: ResqueOptions = {}): Promise<Shaky> {
  const here = world()
  const proxy = await startProxy(here.url)
  onTestFinished(() => proxy.stop())
  const shaky = new Resque({ redis: proxy.url, namespace: here.namespace, ...options })
  onTestFinished(() => shaky.close())
  await shaky.connect()
  return { ...here, proxy, shaky }
}

/** Cuts the connection at the next call of a script. */
function cutAt({ proxy }: Shaky, name: string, when: 'before' | 'after', nth = 1): void {
  const sha = scripts.get(name)?.sha ?? ''
  proxy.trap({ match: runsScript(sha), when, nth, action: () => 'drop' })
}

describe('a job whose call is cut', () => {
  it.each(['before', 'after'] as const)('%s Redis has it, is there once', async (when) => {
    const here = await shakyWorld()
    cutAt(here, 'push-one', when)
    const id = await here.shaky.enqueueTo('mail', 'A', 1)
    expect(await here.resque.queues.size('mail')).toBe(1)
    expect((await here.resque.status(id ?? ''))?.state).toBe('waiting')
  })

  it.each(['before', 'after'] as const)('%s Redis has it, is delayed once', async (when) => {
    const here = await shakyWorld()
    cutAt(here, 'delay-one', when)
    const id = await here.shaky.enqueueInWithQueue('mail', 60, 'A', 1)
    expect(await here.resque.delayed.count()).toBe(1)
    expect((await here.resque.status(id ?? ''))?.state).toBe('delayed')
  })

  it('again and again, is there once', async () => {
    const here = await shakyWorld()
    cutAt(here, 'push-one', 'after')
    for (const nth of [1, 2]) cutAt(here, 'push', 'after', nth)
    await here.shaky.enqueueTo('mail', 'A', 1)
    expect(await here.resque.queues.size('mail')).toBe(1)
  })

  it('is there once although it has been taken and performed meanwhile', async () => {
    const here = await shakyWorld()
    const performed: number[] = []
    const jobs = {
      A: class {
        perform(n: number): void {
          performed.push(n)
        }
      },
    }
    await here.worker({ queues: 'mail', jobs }).start()
    cutAt(here, 'push-one', 'after')
    const id = (await here.shaky.enqueueTo('mail', 'A', 7)) ?? ''
    await here.resque.waitFor(id)
    expect(performed).toEqual([7])
    expect(await here.resque.queues.size('mail')).toBe(0)
  })

  it('in bulk, leaves each job there once', async () => {
    const here = await shakyWorld()
    cutAt(here, 'push', 'after', 2)
    cutAt(here, 'delay', 'after', 3)
    const items = Array.from({ length: 1_500 }, (_, n) => ({
      job: 'A',
      args: [n],
      queue: 'mail',
      in: n % 2 === 0 ? 0 : 60,
    }))
    const ids = await here.shaky.enqueueBulk(items)
    const waiting = (await here.resque.queues.peek('mail', 0, 5_000)).map(
      (text) => (JSON.parse(text) as { id: string }).id,
    )
    const delayed = (await here.resque.delayed.list(5_000)).map(({ id }) => id)
    expect(waiting.length + delayed.length).toBe(1_500)
    expect(new Set([...waiting, ...delayed])).toEqual(new Set(ids))
  })

  it('and that could not be recognised, is in doubt: it is not tried twice', async () => {
    for (const options of [{ payload: 'ruby' }, { track: false }] as const) {
      const here = await shakyWorld(options)
      cutAt(here, 'push', 'after')
      const error = await here.shaky.enqueueTo('mail', 'A', 1).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(EnqueueInDoubtError)
      expect((error as EnqueueInDoubtError).ids).toHaveLength(1)
      expect((error as EnqueueInDoubtError).message).toMatch(
        /may be there or not.*before you enqueue it again/,
      )
      expect(await here.resque.queues.size('mail')).toBe(1)
    }
  })
})
