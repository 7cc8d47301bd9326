// `currentJob()` and what jobs enqueue: which job is around the code that asks, however far below.

import { describe, expect, it } from 'vitest'
import { turn } from '../../src/clock.ts'
import { currentJob } from '../../src/job/ambient.ts'
import { decodePayload } from '../../src/job/codec.ts'
import { Job } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

currentJob() // from now on somebody wants to know

/** A class compiled for an older language: its `perform` is no async function, though it returns a promise. */
class Older {
  perform(seen: unknown[]): Promise<void> {
    return turn().then(() => void seen.push(currentJob()?.id))
  }
}

describe('the current job', () => {
  it('is known below perform, after whatever was awaited, with several jobs in hand', async () => {
    const here = world()
    const seen: [string, string | null | undefined][] = []
    async function below(name: string): Promise<void> {
      await turn()
      seen.push([name, currentJob()?.id])
    }
    class Deep extends Job {
      async perform(name: string): Promise<void> {
        await below(name)
        await Promise.all([below(name), turn().then(() => below(name))])
      }
    }
    await here.worker({ queues: 'q', jobs: [Deep] }).start()
    const ids = await here.resque.enqueueBulk(
      ['a', 'b', 'c'].map((name) => ({ job: Deep, queue: 'q', args: [name] })),
    )
    await eventually(() => expect(seen).toHaveLength(9))
    for (const [name, id] of seen) expect(id).toBe(ids['abc'.indexOf(name)])
    expect(currentJob()).toBeUndefined()
  })

  it('is known in a perform that returns at once, and forgotten after it', async () => {
    const here = world()
    const seen: unknown[] = []
    class AtOnce {
      perform(): void {
        const job = currentJob()
        seen.push([job?.id, job?.className])
      }
    }
    const id = (await here.resque.enqueueTo('q', 'AtOnce')) ?? ''
    await here.worker({ queues: 'q', jobs: [AtOnce] }).start()
    await here.resque.waitFor(id)
    expect(seen).toEqual([[id, 'AtOnce']])
    expect(currentJob()).toBeUndefined()
  })

  it('is known from the second job on where perform hides that it is asynchronous', async () => {
    const here = world()
    const seen: unknown[] = []
    class Hiding extends Older {
      override perform(): Promise<void> {
        return super.perform(seen)
      }
    }
    await here.worker({ queues: 'q', jobs: [Hiding], concurrency: 1 }).start()
    for (let count = 0; count < 2; count++)
      await here.resque.waitFor((await here.resque.enqueueTo('q', 'Hiding')) ?? '')
    expect(seen).toHaveLength(2)
    expect(seen[1]).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('a job that enqueues', () => {
  class Parent extends Job {
    async perform(how: string): Promise<string | null> {
      await turn()
      if (how === 'at') return this.job.enqueueAt(new Date(Date.UTC(2100, 0)), 'Child', 1)
      if (how === 'in') return this.job.enqueueIn(3_600, Child, 1)
      if (how === 'to') return this.job.enqueueTo('other', 'Child', 1)
      return this.job.enqueue(Child, 1)
    }
  }
  class Child extends Job {
    static queue = 'child'
    async perform(_n: number): Promise<void> {}
  }

  it.each([
    ['now', 'waiting', 'child'],
    ['to', 'waiting', 'other'],
    ['in', 'delayed', 'child'],
  ])('is the parent of what it enqueues: %s', async (how, state, queue) => {
    const here = world()
    const id = (await here.resque.enqueueTo('parent', 'Parent', how)) ?? ''
    await here.worker({ queues: 'parent', jobs: [Parent] }).start()
    const { result } = (await here.resque.waitFor(id)) ?? {}
    expect(await here.resque.status(String(result))).toMatchObject({ state, queue })
    const payload =
      state === 'delayed'
        ? (await here.rooms.delayed.locate(String(result)))?.payload
        : (await here.resque.queues.peek(queue, 0, 1))[0]
    expect(decodePayload(payload ?? '').options.parent).toBe(id)
  })

  it('tells its child who it is, also when a client of its own enqueued it', async () => {
    const here = world()
    const parents: unknown[] = []
    class Asking extends Job {
      perform(): void {
        parents.push(this.job.parent)
      }
    }
    class Client {
      async perform(): Promise<void> {
        await turn()
        await here.resque.enqueueTo('q', 'Asking')
      }
    }
    await here.worker({ queues: 'q', jobs: [Asking, Client] }).start()
    const id = await here.resque.enqueueTo('q', 'Client')
    await eventually(() => expect(parents).toEqual([id]))
  })

  it('may be given a time in a queue without a class', async () => {
    const here = world({ defaultQueue: 'child' })
    const id = (await here.resque.enqueueTo('parent', 'Parent', 'at')) ?? ''
    await here.worker({ resque: here.resque, queues: 'parent', jobs: [Parent] }).start()
    const { result } = (await here.resque.waitFor(id)) ?? {}
    expect(await here.resque.status(String(result))).toMatchObject({ state: 'delayed', queue: 'child' })
  })
})
