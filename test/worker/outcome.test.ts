// What a job's end is told as: whose status is written, and when.

import { describe, expect, it } from 'vitest'
import { decodePayload } from '../../src/job/codec.ts'
import { statusText } from '../../src/worker/outcome.ts'
import { eventually } from '../support/eventually.ts'
import { queuedBy } from '../support/foreign-payloads.ts'
import { type World, world } from '../support/world.ts'

const id = '006b49d20001234567deadbeef012345'
const untracked = `8${id.slice(1)}`

function ours(jobId: string): string {
  return `{"class":"A","args":[],"queue":"mail","id":"${jobId}","queue_time":1795399796.297}`
}

describe('the status of a job', () => {
  it('of ours is always written', () => {
    expect(statusText(decodePayload(ours(id)), 'mail', ',"result":1')).toEqual({
      name: id,
      onlyIfTracked: false,
      members: ',"started":1795399796,"class":"A","queue":"mail","result":1',
    })
  })

  it('of ours that is not tracked, or of a job without an id, is never written', () => {
    expect(statusText(decodePayload(ours(untracked)), 'mail', '')).toBeNull()
    expect(statusText(decodePayload(queuedBy.ruby), 'mail', '')).toBeNull()
    expect(statusText(decodePayload(queuedBy.node), 'mail', '')).toBeNull()
  })

  it.each([
    ['phpCb', '2ac8c24920211d09891a0022a17f034f', ',"started":1795399796'],
    ['phpRq', 'afb700c95348b99f65d2765e6b8a8eef', ',"started":1795399796'],
    ['phpEx', '9de8cc3ea677b1884834d74b839ca39e', ''],
  ] as const)('of php-resque is written where its key exists: %s', (system, name, started) => {
    const text = statusText(decodePayload(queuedBy[system]), 'pq', '')
    expect(text).toEqual({ name, onlyIfTracked: true, members: `${started},"class":"OkJob","queue":"pq"` })
  })

  it("has php-resque's prefix in the name of its key", () => {
    const job = decodePayload('{"class":"A","args":[],"id":"2ac8","prefix":"p"}')
    expect(statusText(job, 'pq', '')?.name).toBe('p_2ac8')
  })
})

describe('a job of php-resque', () => {
  class OkJob {
    perform(): string {
      return 'result of OkJob'
    }
  }
  class FailJob {
    perform(): void {
      throw new Error('interop failure')
    }
  }

  async function performed(here: World, payload: string): Promise<void> {
    await here.redis.rpush(here.keys.queue('pq'), payload)
    await here.worker({ queues: 'pq', jobs: [OkJob, FailJob] }).start()
    await eventually(async () => expect((await here.resque.stats()).processed).toBe(1))
  }

  it('that is tracked is complete afterwards, with its result, for a day', async () => {
    const here = world()
    const key = here.keys.status('afb700c95348b99f65d2765e6b8a8eef')
    await here.redis.set(key, '{"status":1,"updated":1795399796,"started":1795399796,"result":null}')
    await performed(here, queuedBy.phpRq)
    const record = JSON.parse((await here.redis.get(key)) ?? '') as object
    expect(record).toMatchObject({ status: 4, started: 1_795_399_796, result: 'result of OkJob' })
    expect(await here.redis.ttl(key)).toBeGreaterThan(86_000)
  })

  it('that is tracked has failed afterwards, with the prefix of its key', async () => {
    const here = world()
    const key = here.keys.status('p_2ac8')
    await here.redis.set(key, '{"status":1,"updated":1,"started":1}')
    await performed(here, '{"class":"FailJob","args":[{"a":1}],"id":"2ac8","prefix":"p"}')
    expect(JSON.parse((await here.redis.get(key)) ?? '')).toMatchObject({ status: 3 })
    expect(await here.redis.ttl(key)).toBeGreaterThan(86_000)
    expect(await here.resque.failed.list()).toMatchObject([{ class: 'FailJob', id: '2ac8', queue: 'pq' }])
  })

  it('that nobody tracks gets no status', async () => {
    const here = world()
    await performed(here, queuedBy.phpCb)
    expect((await here.allKeys()).filter((key) => key.startsWith('job:'))).toEqual([])
  })
})
