// The loop of all daemons: it ends by its signal only.

import { expect, it } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { runLoop } from '../../src/daemon/run-loop.ts'

/** Notes how long it was asked to sleep, and does not: the time passes at once. */
function impatientClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  let nowMs = 0
  return {
    slept,
    nowMs: () => nowMs,
    sleep: async (ms) => {
      slept.push(ms)
      nowMs += ms
    },
  }
}

interface Told {
  readonly troubles: unknown[]
  recovered: number
  readonly slept: readonly number[]
}

/** Runs one pass for each step: a number is the rest after it, an error is thrown. */
async function loopThrough(steps: readonly (number | Error)[]): Promise<Told> {
  const clock = impatientClock()
  const over = new AbortController()
  const told = { troubles: [] as unknown[], recovered: 0, slept: clock.slept }
  let at = 0
  await runLoop({
    clock,
    signal: over.signal,
    pass: async () => {
      const step = steps[at++] ?? 0
      if (at === steps.length) over.abort()
      if (typeof step !== 'number') throw step
      return step
    },
    onTrouble: (error) => told.troubles.push(error),
    onRecovered: () => {
      told.recovered++
    },
  })
  expect(at).toBe(steps.length)
  return told
}

it('passes and rests until the signal', async () => {
  expect(await loopThrough([5, 0, 7, 9])).toEqual({ troubles: [], recovered: 0, slept: [5, 7, 9] })
})

it('tells of trouble once, and once when it is over', async () => {
  const [first, second] = [new Error('first'), new Error('second')]
  const told = await loopThrough([0, first, first, first, 0, 20_000, second, 0])
  expect(told).toMatchObject({ troubles: [first, second], recovered: 2 })
})

it('does not tell of each break of a connection that breaks again and again', async () => {
  const broken = new Error('broken')
  const flapping = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? broken : 20))
  expect(await loopThrough(flapping)).toMatchObject({ troubles: [broken], recovered: 1 })
})

it('tells of a break soon after another when it lasts', async () => {
  const [first, second] = [new Error('first'), new Error('second')]
  const told = await loopThrough([first, 20, ...Array.from({ length: 10 }, () => second), 0])
  expect(told).toMatchObject({ troubles: [first, second], recovered: 2 })
})

it('waits longer each time, up to five seconds, and not in step with others', async () => {
  const { slept } = await loopThrough(Array.from({ length: 20 }, () => new Error('down')))
  slept.forEach((ms, index) => {
    const full = Math.min(100 * 2 ** index, 5_000)
    expect(ms).toBeGreaterThanOrEqual(full / 2)
    expect(ms).toBeLessThanOrEqual(full)
  })
  expect(new Set(slept).size).toBeGreaterThan(10)
})

it('does not begin when the signal has aborted before', async () => {
  let passes = 0
  const pass = async (): Promise<number> => ++passes
  const nobody = (): void => undefined
  const options = { clock: impatientClock(), onTrouble: nobody, onRecovered: nobody }
  await runLoop({ ...options, signal: AbortSignal.abort(), pass })
  expect(passes).toBe(0)
})
