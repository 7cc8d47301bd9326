// Cancelling a job in hand: the request holds whatever the worker does next, and means that run of the job alone.

import { describe, expect, it } from 'vitest'
import { deadAfterMs } from '../../src/daemon/heart.ts'
import type { Outcome, Reserved } from '../../src/running/running.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess, outcome, type Process } from '../support/process.ts'
import { type World, world } from '../support/world.ts'

interface InHand extends World {
  readonly moving: ManualClock
  readonly process: Process
  readonly job: Reserved
  readonly id: string
}

/** A job in the second slot of a process, as a worker has it. */
async function inHand(): Promise<InHand> {
  const moving = new ManualClock()
  const here = world({ clock: moving, keepStatusSeconds: 60 })
  const process = await joinProcess(here)
  await here.resque.enqueueTo('mail', 'Other')
  const id = String(await here.resque.enqueueTo('mail', 'Long'))
  const [, job] = await process.take('mail', 2)
  if (job === undefined) throw new Error('no job was taken')
  return { ...here, moving, process, job, id }
}

function tracked(here: InHand, kind: 'complete' | 'retry' | 'back' | 'cancelled'): Outcome {
  const members = ',"started":1,"result":null,"class":"Long","queue":"mail"'
  const status = { name: here.id, onlyIfTracked: false, members }
  if (kind === 'cancelled') return { kind, job: here.job, status }
  return { ...outcome(here.job, kind), status }
}

async function stateOf({ resque, id }: InHand): Promise<string | undefined> {
  return (await resque.status(id))?.state
}

describe('a job in hand that is to be cancelled', () => {
  it('is running until its worker lets go of it, and cancelled then', async () => {
    const here = await inHand()
    const heard: string[] = []
    const ear = here.redis.duplicate()
    await ear.subscribe(here.keys.cancels)
    ear.on('message', (_channel, message: string) => heard.push(message))
    expect(await here.resque.cancel(here.id)).toBe(true)
    expect(await here.resque.cancel(here.id)).toBe(true)
    expect(await stateOf(here)).toBe('running')
    const marks = await here.rooms.running.cancelling.marks(here.process.worker(1))
    expect(marks).toEqual([{ token: here.job.token, slot: 2 }])
    await here.process.exchange({ outcomes: [tracked(here, 'cancelled')] })
    expect(await here.resque.waitFor(here.id)).toMatchObject({ state: 'cancelled', code: 64 })
    expect(await here.redis.ttl(here.keys.status(here.id))).toBeGreaterThan(0)
    expect(heard[0]).toBe(`${here.job.token} 2`)
    ear.disconnect()
  })

  it('is cancelled, and not tried again or put back, when the worker did not know', async () => {
    for (const kind of ['retry', 'back'] as const) {
      const here = await inHand()
      await here.resque.cancel(here.id)
      await here.process.exchange({ outcomes: [tracked(here, kind)] })
      expect(await stateOf(here)).toBe('cancelled')
      expect(await here.resque.delayed.count()).toBe(0)
      expect(await here.resque.queues.size('mail')).toBe(0)
    }
  })

  it('is complete when it was faster', async () => {
    const here = await inHand()
    await here.resque.cancel(here.id)
    await here.process.exchange({ outcomes: [tracked(here, 'complete')] })
    expect(await stateOf(here)).toBe('complete')
    expect(await here.resque.cancel(here.id)).toBe(false)
  })

  it('is cancelled when its worker dies, and the other jobs of that worker come back', async () => {
    const here = await inHand()
    await here.resque.cancel(here.id)
    here.moving.advance(deadAfterMs)
    expect(await here.rooms.running.requeueOrphans(deadAfterMs)).toMatchObject({ processes: 1, requeued: 1 })
    expect(await stateOf(here)).toBe('cancelled')
    expect(await here.resque.queues.size('mail')).toBe(1)
    expect((await here.allKeys()).filter((key) => /cancels|deaths/.test(key))).toEqual(['deaths'])
    expect(await here.redis.hget(here.keys.deaths, here.id)).toBeNull()
  })

  it('is cancelled when its worker leaves with it', async () => {
    const here = await inHand()
    await here.resque.cancel(here.id)
    await here.rooms.running.leave(here.process.holder)
    expect(await stateOf(here)).toBe('cancelled')
    expect(await here.resque.queues.size('mail')).toBe(1)
  })
})

describe('a request to cancel', () => {
  it('is nothing for a later run of the same job', async () => {
    const here = await inHand()
    await here.process.exchange({ outcomes: [tracked(here, 'back')] })
    const [again] = (await here.process.exchange({ freeSlots: [2], queues: ['mail'] })).jobs
    await here.redis.sadd(here.keys.workerCancels(here.process.worker(1)), `${here.job.token} 2`)
    expect(await stateOf(here)).toBe('running')
    await here.process.exchange({ outcomes: [{ ...tracked(here, 'back'), job: again ?? here.job }] })
    expect(await stateOf(here)).toBe('waiting')
  })

  it('finds no job that nobody has in hand, nor one that is only named in the args of another', async () => {
    const here = await inHand()
    expect(await here.resque.cancel('00000000000000000000000000000000')).toBe(false)
    const named = '1'.repeat(32)
    await here.resque.enqueueTo('mail', 'Names', named)
    await here.process.exchange({ freeSlots: [3], queues: ['mail'] })
    expect(await here.resque.cancel(named)).toBe(false)
  })

  it('is for jobs whose status nobody keeps as well', async () => {
    const here = world({ track: false })
    const process = await joinProcess(here)
    const id = String(await here.resque.enqueueTo('mail', 'Long'))
    await process.take('mail', 1)
    expect(await here.resque.cancel(id)).toBe(true)
  })
})
