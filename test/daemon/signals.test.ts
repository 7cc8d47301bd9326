// Signals of the operating system, turned into calls.

import { once } from 'node:events'
import { expect, it } from 'vitest'
import { onSignals } from '../../src/daemon/signals.ts'

it('calls the handler of a signal until it stops listening', async () => {
  const heard: string[] = []
  const before = process.listenerCount('SIGUSR2')
  const stop = onSignals({ SIGUSR2: () => heard.push('USR2'), SIGCONT: () => heard.push('CONT') })
  const signalled = once(process, 'SIGUSR2')
  process.kill(process.pid, 'SIGUSR2')
  await signalled
  expect(heard).toEqual(['USR2'])
  stop()
  expect(process.listenerCount('SIGUSR2')).toBe(before)
  expect(process.listenerCount('SIGCONT')).toBe(0)
})
