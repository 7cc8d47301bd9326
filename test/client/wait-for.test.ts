// Waiting for the end of a job.

import { describe, expect, it, onTestFinished } from 'vitest'
import { WaitTimeoutError } from '../../src/errors.ts'
import { eventually } from '../support/eventually.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

const jobs = {
  Double: class {
    perform(n: number): number {
      return 2 * n
    }
  },
  Broken: class {
    perform(): void {
      throw new TypeError('broken')
    }
  },
}

describe('waitFor', () => {
  it('resolves to the status of a job that ends, with its result or its error', async () => {
    const here = world()
    const ids = [await here.resque.enqueueTo('q', 'Double', 21), await here.resque.enqueueTo('q', 'Broken')]
    const ends = ids.map((id) => here.resque.waitFor(id ?? ''))
    await here.worker({ queues: 'q', jobs }).start()
    const [double, broken] = await Promise.all(ends)
    expect(double).toMatchObject({ state: 'complete', result: 42, attempts: 1 })
    expect(broken).toMatchObject({ state: 'failed', error: { name: 'TypeError', message: 'broken' } })
  })

  it('resolves at once for a job that has ended before', async () => {
    const { resque } = world()
    const id = (await resque.enqueueInWithQueue('q', 60, 'A')) ?? ''
    await resque.cancel(id)
    expect((await resque.waitFor(id, { timeoutSeconds: 0 }))?.state).toBe('cancelled')
  })

  it('is told of a job that is cancelled', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const id = (await here.resque.enqueueTo('q', 'A')) ?? ''
    const end = here.resque.waitFor(id)
    await eventually(async () =>
      expect(await here.redis.pubsub('NUMSUB', here.keys.settled)).toEqual([here.keys.settled, 1]),
    )
    await here.resque.cancel(id)
    expect((await end)?.state).toBe('cancelled')
  })

  it('is null for a job that nobody knows', async () => {
    expect(await world().resque.waitFor('unknown')).toBeNull()
  })

  it('gives up in the end, and says where the job is', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const id = (await here.resque.enqueueTo('q', 'A')) ?? ''
    let error: unknown
    const waiting = here.resque.waitFor(id, { timeoutSeconds: 5 }).catch((thrown: unknown) => {
      error = thrown
    })
    await eventually(() => {
      clock.advance(1_000)
      expect(error).toBeInstanceOf(WaitTimeoutError)
    })
    await waiting
    expect((error as Error).message).toBe(
      `job ${id} is still waiting after 5 s. Is a worker running for queue "q"?`,
    )
  })

  it('serves many at once, several of them for the same job', async () => {
    const here = world()
    const ids = await here.resque.enqueueBulk(
      Array.from({ length: 50 }, (_, n) => ({ job: 'Double', args: [n], queue: 'q' })),
    )
    const ends = [...ids, ...ids].map((id) => here.resque.waitFor(id ?? ''))
    await here.worker({ queues: 'q', jobs }).start()
    const results = (await Promise.all(ends)).map((status) => status?.result)
    const doubles = ids.map((_, n) => 2 * n)
    expect(results).toEqual([...doubles, ...doubles])
  })

  it('works without the right to listen: it looks now and then', async () => {
    const acl = 'user default on nopass ~* resetchannels +@all -subscribe -psubscribe'
    const server = await startRedis({ args: ['--user', ...acl.split(' ').slice(1)] })
    onTestFinished(() => server.stop())
    const clock = new ManualClock()
    const here = world({ url: server.url, clock })
    const id = (await here.resque.enqueueTo('q', 'A')) ?? ''
    const end = here.resque.waitFor(id)
    await here.redis.set(here.keys.status(id), '{"status":4,"updated":1}')
    let state: string | undefined
    void end.then((status) => {
      state = status?.state
    })
    await eventually(() => {
      clock.advance(1_000)
      expect(state).toBe('complete')
    })
  })
})
