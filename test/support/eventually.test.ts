import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { freshNamespace } from './namespace.ts'

test('an assertion is retried until it passes', async () => {
  let calls = 0
  await eventually(() => {
    calls += 1
    expect(calls).toBe(3)
  })
  expect(calls).toBe(3)
})

test('an assertion that never passes ends with its own last error', async () => {
  let calls = 0
  const waiting = eventually(
    async () => {
      calls += 1
      throw new Error(`still wrong at call ${calls}`)
    },
    { timeoutMs: 30, intervalMs: 1 },
  )
  await expect(waiting).rejects.toThrow(/still wrong at call \d+/)
  await expect(waiting).rejects.toThrow(`call ${calls}`)
  expect(calls).toBeGreaterThan(1)
})

test('two namespaces are never the same and hold no separator', () => {
  const names = Array.from({ length: 1_000 }, freshNamespace)
  expect(new Set(names).size).toBe(1_000)
  for (const name of names) expect(name).toMatch(/^t[0-9a-f]+$/)
})
