// Outcomes until they are handed in: what goes the cheap way, and in which order things go back.

import { describe, expect, it } from 'vitest'
import { Emitter, type Events } from '../../src/events.ts'
import type { Reserved } from '../../src/running/running.ts'
import { Outcomes, tellRefused } from '../../src/worker/outcomes.ts'
import { outcome } from '../support/process.ts'

const token = 'aa'

function job(call: number, slot: number, more: Partial<Reserved> = {}): Reserved {
  return { slot, token: `${token}.${call}`, queue: 'q', failures: 0, deaths: 0, payload: '{}', ...more }
}

function slotsOf(outcomes: readonly { readonly job: Reserved }[]): number[] {
  return outcomes.map(({ job: { slot } }) => slot)
}

describe('of the outcomes', () => {
  it('those that went well at the first attempt are plain, the others odd', () => {
    const outcomes = new Outcomes()
    outcomes.add(outcome(job(1, 1), 'complete'), token)
    outcomes.add(outcome(job(1, 2), 'failed'), token)
    outcomes.add(outcome(job(1, 3, { failures: 1 }), 'complete'), token)
    outcomes.add(outcome(job(1, 4, { deaths: 1 }), 'complete'), token)
    expect([outcomes.count, outcomes.hasOdd]).toEqual([4, true])
    expect(slotsOf(outcomes.takePlain())).toEqual([1])
    expect(slotsOf(outcomes.takeOdd()).sort()).toEqual([2, 3, 4])
    expect([outcomes.count, outcomes.hasOdd]).toEqual([0, false])
  })

  it('a job that was taken under another registration is odd', () => {
    const outcomes = new Outcomes()
    outcomes.add(outcome(job(1, 1), 'complete'), 'bb')
    expect(outcomes.hasOdd).toBe(true)
  })

  it('jobs that go back go in the order in which the last one taken comes first', () => {
    const outcomes = new Outcomes()
    const taken = [job(9, 12), job(9, 13), job(10, 1), job(10, 2), job(11, 14)]
    for (const each of [taken[3], taken[0], taken[4], taken[1], taken[2]])
      outcomes.add(outcome(each ?? job(0, 0), 'back'), token)
    expect(slotsOf(outcomes.takeOdd())).toEqual([14, 2, 1, 13, 12])
  })

  it('failures are told in the order in which they came', () => {
    const outcomes = new Outcomes()
    outcomes.add(outcome(job(1, 1), 'failed'), token)
    outcomes.add(outcome(job(1, 2), 'retry'), token)
    outcomes.add(outcome(job(1, 3), 'back'), token)
    outcomes.add(outcome(job(2, 4), 'failed'), token)
    outcomes.add(outcome(job(2, 5), 'back'), token)
    const odd = outcomes.takeOdd()
    expect(slotsOf(odd.filter(({ kind }) => kind !== 'back'))).toEqual([1, 2, 4])
    expect(slotsOf(odd.filter(({ kind }) => kind === 'back'))).toEqual([5, 3])
  })

  it('those that could not be handed in come before later ones, each kind by itself', () => {
    const outcomes = new Outcomes()
    const [done, failed] = [outcome(job(1, 1), 'complete'), outcome(job(1, 2), 'failed')]
    outcomes.add(outcome(job(2, 3), 'complete'), token)
    outcomes.keep([done, failed])
    expect(outcomes.count).toBe(3)
    expect(slotsOf(outcomes.takePlain())).toEqual([1, 3])
    expect(slotsOf(outcomes.takeOdd())).toEqual([2])
  })
})

it('whoever has performed a job in vain is told, and not who only meant to put it back', () => {
  const [events, told] = [new Emitter(), [] as Events['refused'][]]
  events.on('refused', (event) => told.push(event))
  const outcomes = [outcome(job(1, 1), 'complete'), outcome(job(1, 2), 'back'), outcome(job(1, 3), 'failed')]
  tellRefused(outcomes, [1, 2], events)
  expect(told).toEqual([{ id: null, class: '', queue: 'q', attempt: 1 }])
})
