// W11: one job, enqueued while everything is idle: how soon is it performed?

import { setTimeout as sleep } from 'node:timers/promises'
import { argsOf } from '../payloads.mjs'
import { percentile } from '../stopwatch.mjs'

const pauseMs = 15

const ms = (title, budget) => ({ title, unit: 'ms', better: 'lower', ...budget })

export const work = {
  id: 'W11',
  title: 'Enqueue one job while idle: from the call until it is performed',
  note: 'Producer and worker in one process; the worker has been idle for 15 ms each time.',
  cases: [
    {
      name: 'one job at a time',
      subject: 'ours',
      systems: ['ours', 'bullmq', 'bee-queue', 'node-resque'],
      pin: true,
      metrics: {
        p50Ms: ms('median', { ratioAtLeast: 1 }),
        p99Ms: ms('99 % are not longer than', { ratioAtLeast: 1 }),
      },
    },
  ],
  async run(context) {
    let told
    const worker = await context.worker(10, () => told())
    const producer = await context.producer()
    const count = context.quick ? 100 : 600
    const warmUp = 50
    const times = []
    for (let index = 0; index < count + warmUp; index++) {
      await sleep(pauseMs)
      const performed = new Promise((resolve) => {
        told = resolve
      })
      const startedMs = performance.now()
      await Promise.all([
        producer.enqueue(argsOf(index)),
        performed.then(() => times.push(performance.now() - startedMs)),
      ])
    }
    await Promise.race([Promise.all([worker.stop(), producer.close()]), sleep(1_000)])
    const counted = times.slice(warmUp)
    return { p50Ms: percentile(counted, 0.5), p99Ms: percentile(counted, 0.99) }
  },
}
