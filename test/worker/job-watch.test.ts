// Jobs that hang, and jobs that stop the event loop: found and named.

import { describe, expect, it } from 'vitest'
import { Emitter, type Events } from '../../src/events.ts'
import { decodePayload } from '../../src/job/codec.ts'
import { Abort, Context } from '../../src/worker/context.ts'
import { blockedMs, JobWatch } from '../../src/worker/job-watch.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

const quiet = { addLog: () => Promise.resolve(), setProgress: () => Promise.resolve() }

function contextOf(className: string, events: Emitter): Context {
  const job = decodePayload(`{"class":"${className}","args":[]}`)
  return new Context({ queue: 'q', failures: 0, deaths: 0 }, job, new Abort(), quiet, events)
}

function watching(longMs = 600_000) {
  const clock = new ManualClock()
  const events = new Emitter()
  const blocked: Events['blocked'][] = []
  const long: Events['runsLong'][] = []
  events.on('blocked', (event) => blocked.push(event))
  events.on('runsLong', (event) => long.push(event))
  const watch = new JobWatch(clock, events, longMs)
  const contextFor = (className: string): Context => contextOf(className, events)
  return { clock, blocked, long, watch, contextFor }
}

describe('a job that runs for long', () => {
  it('is told, and told again after twice the time', () => {
    const { clock, long, watch, contextFor } = watching(60_000)
    const sinceMs = clock.nowMs()
    watch.began(contextFor('Slow'), sinceMs)
    for (const seconds of [59, 1, 30, 29, 1, 60, 59]) {
      clock.advance(seconds * 1_000)
      watch.look(clock.nowMs(), 0)
    }
    expect(long.map(({ forMs }) => forMs)).toEqual([60_000, 120_000])
    expect(long[0]).toEqual({ id: null, class: 'Slow', queue: 'q', attempt: 1, sinceMs, forMs: 60_000 })
  })

  it('is not told any more when it has ended', () => {
    const { clock, long, watch, contextFor } = watching(60_000)
    const context = contextFor('Slow')
    watch.began(context, clock.nowMs())
    watch.ended(context)
    clock.advance(100_000)
    watch.look(clock.nowMs(), 0)
    expect(long).toEqual([])
    expect(watch.has(context)).toBe(false)
  })
})

describe('the watch', () => {
  it('sets its timer with the first job in hand, and no more after the last has ended', async () => {
    const wakes: (() => void)[] = []
    const clock = { nowMs: () => 0, sleep: () => new Promise<void>((wake) => wakes.push(wake)) }
    const events = new Emitter()
    const watch = new JobWatch(clock, events, 1_000)
    const job = contextOf('Job', events)
    watch.run(new AbortController().signal)
    expect(wakes).toHaveLength(0)
    watch.began(job, 0)
    expect(wakes).toHaveLength(1)
    wakes[0]?.()
    await eventually(() => expect(wakes).toHaveLength(2))
    watch.ended(job)
    watch.began(contextOf('Job', events), 0)
    expect(wakes).toHaveLength(2)
  })
})

describe('when the event loop stood still', () => {
  it('names the jobs that were in hand long enough, also those that ended meanwhile', () => {
    const { clock, blocked, watch, contextFor } = watching()
    const [culprit, waiting, quick] = ['Culprit', 'Waiting', 'Quick'].map(contextFor)
    if (culprit === undefined || waiting === undefined || quick === undefined) return
    watch.began(culprit, clock.nowMs())
    watch.began(waiting, clock.nowMs())
    clock.advance(blockedMs)
    watch.ended(culprit)
    watch.began(quick, clock.nowMs())
    watch.look(clock.nowMs(), blockedMs)
    expect(blocked).toEqual([{ blockedMs, classes: ['Culprit', 'Waiting'] }])
  })

  it('says nothing when no job can have done it, or it was for a moment only', () => {
    const { clock, blocked, watch, contextFor } = watching()
    const quick = contextFor('Quick')
    watch.began(quick, clock.nowMs())
    watch.ended(quick)
    watch.look(clock.nowMs(), 5_000)
    watch.began(contextFor('Waiting'), clock.nowMs())
    clock.advance(5_000)
    watch.look(clock.nowMs(), blockedMs - 1)
    expect(blocked).toEqual([])
  })
})

describe('a worker', () => {
  it('finds a job that never settles', async () => {
    const here = world()
    const gate = new Gate()
    class Never {
      async perform(): Promise<void> {
        await gate.pass()
      }
    }
    const long: unknown[] = []
    const worker = here.worker({ queues: 'q', jobs: [Never], longAfterSeconds: 0.1 })
    worker.on('runsLong', ({ class: name, id }) => long.push([name, id]))
    await worker.start()
    const id = await here.resque.enqueueTo('q', 'Never')
    await eventually(() => expect(long[0]).toEqual(['Never', id]))
    const status = await here.resque.status(id ?? '')
    expect(status?.state).toBe('running')
    expect(status?.startedAt).toBeInstanceOf(Date)
    gate.open()
  })

  it('finds a job that blocks the event loop', async () => {
    const here = world()
    class Blocking {
      perform(): void {
        const untilMs = Date.now() + 1_700
        while (Date.now() < untilMs) JSON.parse('[]')
      }
    }
    const blocked: string[] = []
    const worker = here.worker({ queues: 'q', jobs: [Blocking] })
    worker.on('blocked', ({ classes }) => blocked.push(...classes))
    await worker.start()
    await here.resque.enqueueTo('q', 'Blocking')
    await eventually(() => expect(blocked).toEqual(['Blocking']))
  })
})
