// No false alarms: a healthy system at work, examined again and again while jobs move.

import { expect, onTestFinished, test } from 'vitest'
import { examine } from '../../src/doctor/doctor.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'
import { codesOf } from './patient.ts'

class Nap {
  static queue = 'naps'
  static retry = { limit: 2, backoff: 'exponential' as const }
  async perform(n: number): Promise<void> {
    await Promise.resolve()
    if (n % 10 === 0) throw new Error('not tired')
  }
}

test('a scheduler and a worker at work are healthy, whenever one looks', async () => {
  const here = world()
  const { resque } = here
  const ruby = here.client({ payload: 'ruby' })
  await resque.recurring.set('tick', { every: '1s', class: 'Nap', queue: 'naps', args: [1] })
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const scheduler = here.scheduler()
  const worker = here.worker({ queues: '*', jobs: { Nap }, concurrency: 5 })
  const running = [scheduler.run(stop.signal), worker.run(stop.signal)]
  let n = 0
  const produce = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await Promise.all([
        resque.enqueue(Nap, n++),
        resque.enqueueIn(1, Nap, n++),
        ruby.enqueueIn(1, Nap, n++),
        resque.enqueueIn(3_600, Nap, n++).then((id) => resque.cancel(id ?? '')),
        ruby.enqueueIn(3_600, Nap, n++).then(() => ruby.delayed.remove({ class: 'Nap', args: [n - 1] })),
      ])
    }
  }
  const producing = produce()
  for (let look = 0; look < 8; look++) {
    const { findings } = await examine(resque, { fix: look % 2 === 1, graceSeconds: 0.2 })
    expect(codesOf(findings)).toEqual(['no_persistence'])
  }
  stop.abort()
  await Promise.all([producing, ...running])
  await eventually(async () => expect((await resque.stats()).processed).toBeGreaterThan(50))
}, 60_000)
