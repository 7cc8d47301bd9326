// How long a job keeps its key, with workers at work.

import { describe, expect, it } from 'vitest'
import type { UniqueOptions } from '../../src/job/unique.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { type World, world } from '../support/world.ts'

interface Office extends World {
  readonly gate: Gate
  sync(unique: UniqueOptions, ...args: unknown[]): Promise<string | null>
}

/** A worker whose job `Sync` waits at a gate, and fails when told so. */
async function office(): Promise<Office> {
  const here = world()
  const gate = new Gate()
  class Sync {
    async perform(fate?: string): Promise<void> {
      await gate.pass()
      if (fate === 'fail') throw new Error('as told')
    }
  }
  await here.worker({ queues: 'sync', jobs: { Sync }, concurrency: 5 }).start()
  const sync = (unique: UniqueOptions, ...args: unknown[]) =>
    here.resque.with({ unique }).enqueueTo('sync', 'Sync', ...args)
  return { ...here, gate, sync }
}

async function started({ gate }: Office, count = 1): Promise<void> {
  await eventually(() => expect(gate.arrivals).toBe(count))
}

describe('a running job', () => {
  it.each(['keep', 'replace', 'move'] as const)(
    'keeps its key until it has finished: %s',
    async (onConflict) => {
      const here = await office()
      const first = await here.sync({})
      await started(here)
      expect(await here.sync({ onConflict })).toBe(first)
      here.gate.open()
      await here.resque.waitFor(first ?? '')
      expect(await here.sync({ onConflict })).not.toBe(first)
    },
  )

  it('is told to who is rejected', async () => {
    const here = await office()
    const first = await here.sync({})
    await started(here)
    await expect(here.sync({ onConflict: 'reject' })).rejects.toMatchObject({ id: first, state: 'running' })
    here.gate.open()
  })

  it('has given its key up when it was held until the start, so that one more may wait', async () => {
    const here = await office()
    const first = await here.sync({ until: 'started' })
    await started(here)
    const second = await here.sync({ until: 'started' })
    expect(second).not.toBe(first)
    await started(here, 2)
    here.gate.open()
  })
})

describe('a job that has ended', () => {
  it('badly, has given its key up', async () => {
    const here = await office()
    here.gate.open()
    const first = await here.sync({}, 'fail')
    expect((await here.resque.waitFor(first ?? ''))?.state).toBe('failed')
    expect(await here.sync({}, 'fail')).not.toBe(first)
  })

  it('is still the one of its time when the key is held for a time', async () => {
    const here = await office()
    here.gate.open()
    const first = await here.sync({ within: '10m' })
    await here.resque.waitFor(first ?? '')
    expect(await here.sync({ within: '10m' })).toBe(first)
    const both = { within: '10m', until: 'finished' } as const
    expect(await here.sync(both)).not.toBe(first)
  })
})
