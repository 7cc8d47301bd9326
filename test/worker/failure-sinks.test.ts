// Failure sinks: functions and webhooks that are told of jobs that failed for good.

import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConfigurationError } from '../../src/errors.ts'
import type { FailureReport } from '../../src/worker/failure-sinks.ts'
import { webhook } from '../../src/worker/webhook.ts'
import { startWorker } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { world } from '../support/world.ts'

class Failing {
  perform(): void {
    throw new RangeError('too many')
  }
}

interface Posted {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server that answers with these codes, the last one again and again; a code of 0 breaks the connection. */
async function hookServer(...codes: number[]): Promise<{ readonly url: string; readonly posted: Posted[] }> {
  const posted: Posted[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    posted.push({ headers: request.headers, body })
    const code = codes[Math.min(posted.length, codes.length) - 1] ?? 200
    if (code === 0) return void request.socket.destroy()
    response.writeHead(code).end('thanks')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/failed`, posted }
}

const report: FailureReport = {
  ...{ id: 'x', class: 'A', queue: 'q', args: [1], attempt: 2, exception: 'E', error: 'no', backtrace: [] },
  ...{ worker: 'web1:1:q', failedAt: new Date(0) },
}

describe('a failure sink', () => {
  it('is told of a job that failed for good, beside the failed list', async () => {
    const here = world()
    const told: FailureReport[] = []
    const failureSinks = [(failure: FailureReport) => told.push(failure)]
    await here.worker({ queues: 'q', jobs: [Failing], failureSinks }).start()
    const id = (await here.resque.enqueueTo('q', 'Failing', 'a', 1)) ?? ''
    await here.resque.waitFor(id)
    expect(told).toEqual([
      {
        ...{ id, class: 'Failing', queue: 'q', args: ['a', 1], attempt: 1 },
        ...{ exception: 'RangeError', error: 'too many' },
        backtrace: expect.arrayContaining([expect.stringMatching(/^at .*failure-sinks\.test\.ts/)]),
        worker: expect.stringMatching(/:\d+:q/),
        failedAt: expect.any(Date),
      },
    ])
    expect(await here.resque.failed.count()).toBe(1)
  })

  it('is not told of an attempt that is retried, but of what is no job at all', async () => {
    const here = world()
    const told: string[] = []
    class Retried extends Failing {
      static retry = { limit: 1, backoff: [3_600] }
    }
    const failureSinks = [(failure: FailureReport) => told.push(failure.class)]
    await here.worker({ queues: 'q', jobs: [Retried], failureSinks }).start()
    await here.resque.enqueueTo('q', 'Retried')
    await eventually(async () => expect(await here.resque.delayed.count()).toBe(1))
    await here.redis.rpush(here.keys.queue('q'), 'no json')
    await eventually(() => expect(told).toEqual(['(unreadable)']))
  })

  it('that throws or never answers holds nobody up: it is told, and the others are', async () => {
    const here = world()
    const gate = new Gate()
    const told: string[] = []
    const throwing = (): never => {
      throw new Error('no network')
    }
    const failureSinks = [throwing, () => gate.pass(), (failure: FailureReport) => told.push(failure.class)]
    const worker = here.worker({ queues: 'q', jobs: [Failing], failureSinks, concurrency: 1 })
    const failed: unknown[] = []
    worker.on('sinkFailed', ({ class: name, error }) => failed.push([name, (error as Error).message]))
    await worker.start()
    for (let count = 0; count < 3; count++)
      await here.resque.waitFor((await here.resque.enqueueTo('q', 'Failing')) ?? '')
    expect(told).toHaveLength(3)
    expect(failed).toEqual(Array(3).fill(['Failing', 'no network']))
    gate.open()
  })

  it('is waited for when the worker stops', async () => {
    const here = world()
    const gate = new Gate()
    const steps: string[] = []
    const slow = async (failure: FailureReport): Promise<void> => {
      await gate.pass()
      for (let trips = 0; trips < 50; trips++) await here.redis.ping()
      steps.push(failure.class)
    }
    const plugins = [{ workerStopped: () => steps.push('stopped') }]
    const worker = here.worker({ queues: 'q', jobs: [Failing], failureSinks: [slow], plugins })
    await worker.start()
    await here.resque.waitFor((await here.resque.enqueueTo('q', 'Failing')) ?? '')
    const stopped = worker.stop()
    gate.open()
    await stopped
    expect(steps).toEqual(['Failing', 'stopped'])
  })
})

describe('a webhook', () => {
  it('posts the failure as JSON, with its headers', async () => {
    const { url, posted } = await hookServer(204)
    await webhook({ url: url.replace('//', '//ann:s%20t@'), headers: { 'x-team': 'mail' } })(report)
    const [{ headers, body } = { headers: {}, body: '' }] = posted
    expect(JSON.parse(body)).toEqual({ ...report, failedAt: '1970-01-01T00:00:00.000Z' })
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-team': 'mail',
      authorization: `Basic ${Buffer.from('ann:s t').toString('base64')}`,
    })
  })

  it.each([
    ['answers 503', 503],
    ['answers 429', 429],
    ['breaks the connection', 0],
  ])('is tried again when the address %s', async (_what, code) => {
    const { url, posted } = await hookServer(code, 200)
    await webhook({ url })(report)
    expect(posted).toHaveLength(2)
  })

  it('gives up after three tries, and at once when it is refused', async () => {
    const down = await hookServer(500)
    await expect(webhook({ url: down.url })(report)).rejects.toThrow(
      /^the failure webhook http:\/\/127\.0\.0\.1:\d+ was not told: it answered 500$/,
    )
    expect(down.posted).toHaveLength(3)
    const refusing = await hookServer(404)
    await expect(webhook({ url: refusing.url })(report)).rejects.toThrow('it answered 404')
    expect(refusing.posted).toHaveLength(1)
  })

  it.each(['', 'example.com', 'ftp://example.com'])('has an http address, and not %j', (url) => {
    expect(() => webhook({ url })).toThrow(ConfigurationError)
  })

  it('is what --failure-webhook is', async () => {
    const here = world()
    const { url, posted } = await hookServer(200)
    const worker = await startWorker(here, ['--failure-webhook', url])
    const id = await here.resque.enqueueTo('notes', 'Nobody')
    await eventually(() => expect(posted).toHaveLength(1))
    expect(JSON.parse(posted[0]?.body ?? '')).toMatchObject({
      id,
      class: 'Nobody',
      exception: 'UnknownJobError',
    })
    worker.kill()
    expect(await worker.exit).toEqual({ code: 0, signal: null })
  })
})
