// Which slots are free: always the first ones.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Slots } from '../../src/worker/slots.ts'

it('free slots are told in ascending order, from the first', () => {
  const slots = new Slots(5)
  expect(slots.upTo()).toEqual([1, 2, 3, 4, 5])
  slots.take([1, 3])
  expect(slots.first(2)).toEqual([2, 4])
  expect(slots.first(9)).toEqual([2, 4, 5])
  expect(slots.upTo(3)).toEqual([2])
  slots.free([3])
  expect(slots.first(2)).toEqual([2, 3])
  expect(slots.first(0)).toEqual([])
})

it('whatever is taken and freed, a slot is free when it was not taken last', () => {
  const slot = fc.integer({ min: 1, max: 20 })
  const steps = fc.array(fc.record({ takes: fc.boolean(), slots: fc.array(slot) }))
  fc.assert(
    fc.property(steps, (moves) => {
      const [slots, taken] = [new Slots(20), new Set<number>()]
      for (const move of moves) {
        move.takes ? slots.take(move.slots) : slots.free(move.slots)
        for (const each of move.slots) move.takes ? taken.add(each) : taken.delete(each)
      }
      const free = Array.from({ length: 20 }, (_, index) => index + 1).filter((each) => !taken.has(each))
      expect(slots.upTo()).toEqual(free)
      expect(slots.first(7)).toEqual(free.slice(0, 7))
    }),
  )
})
