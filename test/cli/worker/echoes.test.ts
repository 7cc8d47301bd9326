// A signal that reaches a worker process by itself and from its master is one signal.

import { expect, it } from 'vitest'
import { Echoes } from '../../../src/cli/worker/echoes.ts'
import { ManualClock } from '../../support/manual-clock.ts'

it('what both sides say within seconds is one signal, whoever was first', () => {
  const echoes = new Echoes(new ManualClock())
  expect(echoes.isNews('SIGTERM', 'system')).toBe(true)
  expect(echoes.isNews('SIGTERM', 'master')).toBe(false)
  expect(echoes.isNews('SIGTERM', 'master')).toBe(true)
  expect(echoes.isNews('SIGTERM', 'system')).toBe(false)
})

it('twice from one side is two signals, also when the echoes come later', () => {
  const echoes = new Echoes(new ManualClock())
  const news = (['system', 'system', 'master', 'master'] as const).map((from) =>
    echoes.isNews('SIGINT', from),
  )
  expect(news).toEqual([true, true, false, false])
})

it('after some seconds, and for another signal, it is news again', () => {
  const clock = new ManualClock()
  const echoes = new Echoes(clock)
  echoes.isNews('SIGUSR2', 'system')
  expect(echoes.isNews('SIGCONT', 'master')).toBe(true)
  clock.advance(5_001)
  expect(echoes.isNews('SIGUSR2', 'master')).toBe(true)
})
