// The module-level calls and their client.

import { beforeEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import * as resque from '../../src/client/default-client.ts'
import { freshNamespace } from '../support/namespace.ts'
import { world } from '../support/world.ts'

class SendEmail {
  static queue = 'mail'
  perform(_to: string): void {}
}

/** Where the environment says that Redis is. */
function fromEnvironment(): string {
  const namespace = freshNamespace()
  vi.stubEnv('REDIS_URL', inject('redisUrl'))
  vi.stubEnv('RESQUE_NAMESPACE', namespace)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  onTestFinished(() => resque.close())
  return namespace
}

beforeEach(() => resque.close())

describe('the default client', () => {
  it('is made from the environment on first use, once', () => {
    fromEnvironment()
    expect(resque.defaultClient()).toBe(resque.defaultClient())
  })

  it('is what the module-level calls go to', async () => {
    const namespace = fromEnvironment()
    const here = world({ namespace })
    const now = await resque.enqueue(SendEmail, 'ann')
    await resque.enqueueTo('high', 'Anything', 1)
    const later = await resque.enqueueIn(60, SendEmail, 'ann')
    await resque.enqueueAt(new Date(Date.parse('2030-01-01')), SendEmail, 'ann')
    await resque.enqueueAtWithQueue('high', 4_000_000_000, SendEmail, 'ann')
    await resque.enqueueInWithQueue('high', 60, 'Anything')
    expect(await resque.enqueueBulk([{ job: SendEmail, args: ['bob'] }])).toHaveLength(1)
    expect((await here.resque.queues.list()).map(({ name, size }) => [name, size])).toEqual([
      ['high', 1],
      ['mail', 2],
    ])
    expect(await here.resque.delayed.count()).toBe(4)
    expect((await resque.status(now ?? ''))?.state).toBe('waiting')
    expect(await resque.reschedule(later ?? '', 4_000_000_000)).toBe(true)
    expect(await resque.cancel(later ?? '')).toBe(true)
  })

  it('is asked by all other calls as well', async () => {
    fromEnvironment()
    const id = (await resque.delayOrEnqueueIn(60, SendEmail, 'ann')) ?? ''
    expect(await resque.delayOrEnqueueAt(4_000_000_000, SendEmail, 'ann')).toBe(id)
    const again = resque.withOptions({ unique: true, queue: 'high' })
    const first = await again.enqueue(SendEmail, 'bob')
    expect(await again.enqueue(SendEmail, 'bob')).toBe(first)
    expect(await resque.stats()).toMatchObject({ delayed: 1, waiting: 1, queues: { high: 1 } })
    expect(await resque.cancelBulk([id, null, first, 'nobody'])).toBe(2)
    expect((await resque.waitFor(id))?.state).toBe('cancelled')
  })

  it('may be given other options, and closed so that the process can end', async () => {
    fromEnvironment()
    const { url, namespace, resque: other } = world()
    await resque.configure({ redis: url, namespace, defaultQueue: 'low' })
    await resque.enqueue('Anything')
    expect(await other.queues.size('low')).toBe(1)
    await resque.close()
    await resque.close()
    await resque.enqueue(SendEmail, 'ann')
    expect(await other.queues.list()).toHaveLength(1)
  })

  it('refuses wrong calls as any client does', async () => {
    fromEnvironment()
    await expect(resque.enqueueIn(-1, SendEmail, 'ann')).rejects.toThrow(/0 or more/)
    await expect(resque.enqueue('Anything')).rejects.toThrow(/names no queue/)
  })
})
