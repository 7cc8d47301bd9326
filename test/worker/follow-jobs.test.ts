// From when on jobs are followed through what they await: from the first time that somebody wants it.

import { expect, it } from 'vitest'
import { turn } from '../../src/clock.ts'
import { areJobsFollowed, currentJob } from '../../src/job/ambient.ts'
import { decodePayload } from '../../src/job/codec.ts'
import { world } from '../support/world.ts'

const seen: (string | null | undefined)[] = []

class Asking {
  async perform(): Promise<void> {
    await turn()
    seen.push(currentJob()?.id)
  }
}

class Fine {
  async perform(): Promise<void> {
    await turn()
  }
}

// In this order: what is followed once is followed for as long as the process lives.

it('nobody is followed while nobody asks', async () => {
  const here = world()
  await here.worker({ queues: 'q', jobs: [Fine] }).start()
  await here.resque.waitFor((await here.resque.enqueueTo('q', 'Fine')) ?? '')
  expect(areJobsFollowed()).toBe(false)
})

it('who enqueues while a job runs asks, and the next job is the parent of what it enqueues', async () => {
  const here = world()
  class Parent {
    async perform(): Promise<void> {
      await turn()
      await here.resque.enqueueTo('child', 'Fine')
    }
  }
  await here.worker({ queues: 'q', jobs: [Parent], concurrency: 1 }).start()
  const ids: (string | null)[] = []
  for (let count = 0; count < 2; count++) {
    ids.push(await here.resque.enqueueTo('q', 'Parent'))
    await here.resque.waitFor(ids.at(-1) ?? '')
  }
  const payloads = await here.resque.queues.peek('child', 0, 2)
  const parents = payloads.map((payload) => decodePayload(payload).options.parent)
  expect(areJobsFollowed()).toBe(true)
  expect(parents).toEqual([undefined, ids[1]])
})

it('a job that has begun since then is known', async () => {
  const here = world()
  await here.worker({ queues: 'q', jobs: [Asking] }).start()
  const id = (await here.resque.enqueueTo('q', 'Asking')) ?? ''
  await here.resque.waitFor(id)
  expect(seen).toEqual([id])
})
