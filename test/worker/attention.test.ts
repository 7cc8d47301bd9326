// What a worker sleeps and wakes by: no word that comes while Redis is asked is missed.

import { describe, expect, it } from 'vitest'
import { Attention } from '../../src/worker/attention.ts'
import { ManualClock } from '../support/manual-clock.ts'

describe('it is worth asking Redis', () => {
  it('before it has ever been asked, and until it has said that there is nothing', () => {
    const attention = new Attention()
    expect(attention.isWorthAsking).toBe(true)
    attention.ask()
    attention.answer(false)
    expect(attention.isWorthAsking).toBe(true)
    attention.ask()
    attention.answer(true)
    expect(attention.isWorthAsking).toBe(false)
  })

  it('again when something has come since', () => {
    const attention = new Attention()
    attention.ask()
    attention.answer(true)
    attention.wake()
    expect(attention.isWorthAsking).toBe(true)
  })

  it('again when something came while it was asked', () => {
    const attention = new Attention()
    attention.ask()
    attention.wake()
    attention.answer(true)
    expect(attention.isWorthAsking).toBe(true)
  })

  it('not because there is something else to do', () => {
    const attention = new Attention()
    attention.ask()
    attention.answer(true)
    attention.rouse()
    expect(attention.isWorthAsking).toBe(false)
  })
})

/** By a clock that the test moves. */
const nap = Attention.prototype.sleep

describe('a sleep', () => {
  it('ends when nothing has happened for so long, and says so', async () => {
    const [attention, clock] = [new Attention(), new ManualClock()]
    const slept = nap.call(attention, clock, 1_000)
    clock.advance(1_000)
    expect(await slept).toBe(true)
  })

  it.each(['wake', 'rouse'] as const)('ends at once by %s', async (way) => {
    const [attention, clock] = [new Attention(), new ManualClock()]
    const slept = nap.call(attention, clock, 1_000)
    attention[way]()
    expect(await slept).toBe(false)
  })

  it('is not cut short by what happened before', async () => {
    const [attention, clock] = [new Attention(), new ManualClock()]
    attention.wake()
    const slept = nap.call(attention, clock, 1_000)
    clock.advance(1_000)
    expect(await slept).toBe(true)
  })
})
