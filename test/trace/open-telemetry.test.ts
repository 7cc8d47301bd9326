// Traces: which spans belong together, from the call through every attempt, and what they say.

import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { Job } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'
import { spanIdOf, traceIdOf, tracing } from './tracing.ts'

class Noop {
  static queue = 'q'
  async perform(): Promise<void> {}
}

describe('a job that is enqueued and performed', () => {
  it('is one trace: the call within what called it, and the attempt as its child', async () => {
    const here = world()
    const { provider, named } = tracing()
    const caller = provider.getTracer('test').startSpan('request')
    const around = trace.setSpan(context.active(), caller)
    const id = await context.with(around, () => here.resque.enqueue(Noop))
    await here.worker({ queues: 'q', jobs: [Noop] }).start()
    await eventually(() => expect(named('process q')).toHaveLength(1))
    const [[publish], [process]] = [named('publish q'), named('process q')]
    expect(publish?.parentSpanContext?.spanId).toBe(spanIdOf(caller as never))
    expect(process?.parentSpanContext?.spanId).toBe(spanIdOf(publish))
    expect(traceIdOf(process)).toBe(caller.spanContext().traceId)
    expect(process?.links.map((link) => link.context.spanId)).toEqual([spanIdOf(publish)])
    expect([publish?.kind, process?.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER])
    expect(publish?.attributes).toEqual({
      'messaging.system': 'resque',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'publish',
      'messaging.destination.name': 'q',
      'messaging.message.id': id,
      'resque.job.class': 'Noop',
    })
    expect(process?.attributes).toEqual({
      'messaging.system': 'resque',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': 'q',
      'messaging.message.id': id,
      'resque.job.class': 'Noop',
      'resque.job.attempt': 1,
    })
  })

  it('is one trace as well when it was delayed', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const { named } = tracing()
    await here.resque.enqueueIn(60, Noop)
    clock.advance(61_000)
    await here.scheduler({ resque: here.resque }).tick()
    await here.worker({ resque: here.resque, queues: 'q', jobs: [Noop] }).start()
    await eventually(() => expect(named('process q')).toHaveLength(1))
    const [publish] = named('publish q')
    expect(traceIdOf(named('process q')[0])).toBe(traceIdOf(publish))
    expect(publish?.attributes['resque.job.due_at']).toBe('2027-01-01T00:01:00.000Z')
  })

  it('has a span for each attempt, which tells how it failed', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const { named } = tracing()
    class Flaky extends Job {
      static queue = 'q'
      static retry = { limit: 1, backoff: [1] }
      async perform(): Promise<void> {
        if (this.job.attempt === 1) throw new RangeError('not yet')
      }
    }
    const id = (await here.resque.enqueue(Flaky)) ?? ''
    await here.worker({ resque: here.resque, queues: 'q', jobs: [Flaky] }).start()
    await eventually(async () => expect((await here.resque.status(id))?.state).toBe('delayed'))
    clock.advance(5_000)
    await here.scheduler({ resque: here.resque }).tick()
    await eventually(() => expect(named('process q')).toHaveLength(2))
    const [first, second] = named('process q')
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'not yet' })
    expect(first?.attributes).toMatchObject({ 'error.type': 'RangeError', 'resque.job.attempt': 1 })
    expect(first?.events.map(({ name }) => name)).toEqual(['exception'])
    expect(second?.status.code).toBe(SpanStatusCode.UNSET)
    expect(second?.attributes['resque.job.attempt']).toBe(2)
    const [publish] = named('publish q')
    for (const span of [first, second]) expect(span?.parentSpanContext?.spanId).toBe(spanIdOf(publish))
  })

  it.each([
    ['this.job', true],
    ['a client', false],
  ])('makes what it enqueues its child: %s', async (_with, isOwn) => {
    const here = world()
    const { named } = tracing()
    class Parent extends Job {
      async perform(): Promise<void> {
        await Promise.resolve()
        if (isOwn) await this.job.enqueueTo('child', 'Noop')
        else await here.resque.enqueueTo('child', 'Noop')
      }
    }
    await here.resque.enqueueTo('parent', 'Parent')
    await here.worker({ queues: 'parent,child', jobs: [Parent, Noop] }).start()
    await eventually(() => expect(named('process child')).toHaveLength(1))
    const [[parent], [publish], [child]] = [
      named('process parent'),
      named('publish child'),
      named('process child'),
    ]
    expect(publish?.parentSpanContext?.spanId).toBe(spanIdOf(parent))
    expect(child?.parentSpanContext?.spanId).toBe(spanIdOf(publish))
    expect(child?.attributes['resque.job.parent_id']).toBe(parent?.attributes['messaging.message.id'])
  })
})

describe('many jobs at once', () => {
  it('have one span for the call', async () => {
    const here = world()
    const { named } = tracing()
    await here.resque.enqueueBulk([1, 2, 3].map((n) => ({ job: Noop, args: [n] as never })))
    expect(named('publish q').map(({ attributes }) => attributes['messaging.batch.message_count'])).toEqual([
      3,
    ])
    await here.worker({ queues: 'q', jobs: [Noop] }).start()
    await eventually(() => expect(named('process q')).toHaveLength(3))
    expect(new Set(named('process q').map(traceIdOf))).toEqual(new Set([traceIdOf(named('publish q')[0])]))
  })
})

describe('a call that is refused', () => {
  it('is told in its span', async () => {
    const here = world()
    const { named } = tracing()
    await expect(here.resque.enqueueTo('q', 'A', () => 1)).rejects.toThrow()
    expect(named('publish q')[0]?.status.code).toBe(SpanStatusCode.ERROR)
  })
})

describe('the runs of a recurring entry', () => {
  it('are a trace each', async () => {
    const here = world()
    const { named } = tracing()
    const payload = (plannedMs: number): string =>
      `{"class":"Noop","args":[],"recurring":{"name":"tea","planned_ms":${plannedMs},"previous_ms":null},"queue":"q"}`
    await here.redis.rpush(here.keys.queue('q'), payload(0), payload(60_000))
    await here.worker({ queues: 'q', jobs: [Noop] }).start()
    await eventually(() => expect(named('process q')).toHaveLength(2))
    expect(new Set(named('process q').map(traceIdOf)).size).toBe(2)
    expect(named('process q').map(({ attributes }) => attributes['resque.recurring.planned_at'])).toEqual([
      '1970-01-01T00:00:00.000Z',
      '1970-01-01T00:01:00.000Z',
    ])
  })
})

describe('a job that was not to be performed', () => {
  it('is no error', async () => {
    const here = world()
    const { named } = tracing()
    class Vetoed {
      static beforePerform(): boolean {
        return false
      }
      perform(): void {}
    }
    await here.resque.enqueueTo('q', 'Vetoed')
    await here.worker({ queues: 'q', jobs: [Vetoed] }).start()
    await eventually(() => expect(named('process q')).toHaveLength(1))
    expect(named('process q')[0]?.status.code).toBe(SpanStatusCode.UNSET)
  })
})

it('nothing is traced, and no job carries anything, when nobody asked for it', async () => {
  const { resque, keys, redis } = world()
  await resque.enqueueTo('q', 'Noop')
  expect(await redis.lindex(keys.queue('q'), 0)).not.toContain('options')
})
