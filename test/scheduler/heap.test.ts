// The order of times.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TimeHeap } from '../../src/scheduler/heap.ts'

const times = fc.array(fc.integer({ min: 0, max: 1_000 }))

function heapOf(values: readonly number[]): TimeHeap<{ readonly atMs: number }> {
  const heap = new TimeHeap<{ readonly atMs: number }>()
  for (const atMs of values) heap.push({ atMs })
  return heap
}

it('gives everything back in the order of its time', () => {
  fc.assert(
    fc.property(times, (values) => {
      const heap = heapOf(values)
      const given: number[] = []
      for (let node = heap.pop(); node !== undefined; node = heap.pop()) given.push(node.atMs)
      expect(given).toEqual([...values].sort((a, b) => a - b))
      expect(heap.size).toBe(0)
    }),
  )
})

it('finds all up to a time, and keeps them', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 1_000 }), (values, atMs) => {
      const heap = heapOf(values)
      const found = heap.upTo(atMs).map((node) => node.atMs)
      expect(found.sort((a, b) => a - b)).toEqual(
        values.filter((value) => value <= atMs).sort((a, b) => a - b),
      )
      expect(heap.size).toBe(values.length)
    }),
  )
})
