// W12: jobs as they are in life: some wait for I/O, some carry much.

import { setTimeout as sleep } from 'node:timers/promises'
import { fillQueue, workOff } from '../bare.mjs'
import { costs, rate } from '../metrics.mjs'
import { argsOf, range } from '../payloads.mjs'
import { countdown, measure } from '../stopwatch.mjs'

const text = 'x'.repeat(10_000)

const kinds = {
  'jobs that wait 10 ms, 100 at a time': {
    count: 20_000,
    atOnce: 100,
    args: (index) => argsOf(index),
    perform: () => sleep(10),
    hands: { lanes: 10, size: 10 },
  },
  'jobs with arguments of 10 KB, 50 at a time': {
    count: 10_000,
    atOnce: 50,
    args: (index) => [index, text],
    perform: () => undefined,
    hands: { lanes: 5, size: 10 },
  },
}

function sizeOf({ quick, case: { name } }) {
  const { count } = kinds[name]
  return quick ? count / 10 : count
}

export const work = {
  id: 'W12',
  title: 'Lifelike jobs',
  note: 'With 10 ms each and 100 at a time, 10,000 jobs per second are the most there can be. The limit has a hand for every ten that it may perform at a time, of ten jobs each.',
  cases: Object.entries(kinds).map(([name, { atOnce }]) => ({
    name,
    atOnce,
    subject: 'untracked',
    systems: ['untracked', 'ours', 'bullmq', 'bee-queue', 'node-resque', 'limit'],
    metrics: { perSecond: rate({ ratioAtLeast: 1 }), ...costs },
  })),
  async prepare(context) {
    const { args } = kinds[context.case.name]
    if (context.system === 'limit') return fillQueue(context.port, sizeOf(context), args)
    const producer = await context.producer()
    await producer.bulk(range(sizeOf(context)).map((index) => ({ args: args(index) })))
    await producer.close()
  },
  async run(context) {
    const { atOnce, perform } = kinds[context.case.name]
    const performed = countdown(sizeOf(context))
    let firstMs
    return measure(context.port, async () => {
      await context.worker(atOnce, async () => {
        firstMs ??= performance.now()
        await perform()
        performed.tell()
      })
      await performed.all
      return { jobs: performed.count(), ms: performance.now() - firstMs }
    })
  },
  limit(context) {
    const { hands, perform } = kinds[context.case.name]
    const count = sizeOf(context)
    return measure(context.port, async () => {
      await workOff(context.port, { count, ...hands, perform })
      return count
    })
  },
}
