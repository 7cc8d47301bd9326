// W11: one job, enqueued while everything is idle: how soon is it performed?

import { setTimeout as sleep } from 'node:timers/promises'
import { payloadOf, queueKey } from '../bare.mjs'
import { argsOf } from '../payloads.mjs'
import { deferred, percentile } from '../stopwatch.mjs'
import { openWire } from '../wire.mjs'

const pauseMs = 15
const warmUp = 50

const ms = (title, budget) => ({ title, unit: 'ms', better: 'lower', ...budget })

/** Enqueues one job after the other. @param enqueue(index, performed); `performed` is called when the job is */
async function timed(quick, enqueue) {
  const count = quick ? 100 : 600
  const times = []
  for (let index = 0; index < count + warmUp; index++) {
    await sleep(pauseMs)
    const { promise, resolve } = deferred()
    const startedMs = performance.now()
    const ended = promise.then(() => times.push(performance.now() - startedMs))
    await Promise.all([enqueue(index, resolve), ended])
  }
  const counted = times.slice(warmUp)
  return { p50Ms: percentile(counted, 0.5), p99Ms: percentile(counted, 0.99) }
}

export const work = {
  id: 'W11',
  title: 'Enqueue one job while idle: from the call until it is performed',
  note: 'Producer and worker in one process; the worker has been idle for 15 ms each time. The limit is RPUSH, and BLPOP on another connection.',
  cases: [
    {
      name: 'one job at a time',
      subject: 'ours',
      systems: ['ours', 'bullmq', 'bee-queue', 'node-resque', 'limit'],
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
    const result = await timed(context.quick, (index, performed) => {
      told = performed
      return producer.enqueue(argsOf(index))
    })
    await Promise.race([Promise.all([worker.stop(), producer.close()]), sleep(1_000)])
    return result
  },
  limit({ port, quick }) {
    const [producing, waiting] = [openWire(port), openWire(port)]
    return timed(quick, (index, performed) => {
      const taken = waiting.one('BLPOP', queueKey, 0)
      void taken.then(([, job]) => performed(JSON.parse(job)))
      return producing.one('RPUSH', queueKey, payloadOf(index))
    })
  },
}
