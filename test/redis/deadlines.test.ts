// Each call has as long as any other, whatever was called before it.

import { expect, it } from 'vitest'
import { elapsedMs } from '../../src/clock.ts'
import { Deadlines } from '../../src/redis/deadlines.ts'
import { eventually } from '../support/eventually.ts'

it('fails those that are late, each at its own time, and none that was answered', async () => {
  const deadlines = new Deadlines(60)
  const failed: [name: string, afterMs: number][] = []
  const call = (name: string) => {
    const sentMs = elapsedMs()
    const awaited = {
      sentMs,
      reject: (error: Error) => {
        expect(error.message).toBe('Command timed out')
        failed.push([name, elapsedMs() - sentMs])
        deadlines.delete(awaited)
      },
    }
    deadlines.add(awaited)
    return awaited
  }
  const { sentMs } = call('first')
  deadlines.delete(call('answered'))
  await eventually(() => expect(elapsedMs() - sentMs).toBeGreaterThan(20))
  call('second')
  await eventually(() => expect(failed.map(([name]) => name)).toEqual(['first', 'second']))
  for (const [, afterMs] of failed) expect(afterMs).toBeGreaterThanOrEqual(59)
})
