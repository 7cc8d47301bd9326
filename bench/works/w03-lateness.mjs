// W3: how late a job is performed, when jobs fall due all the time.

import { setTimeout as sleep } from 'node:timers/promises'
import { delay, mover, payloadOf, taker } from '../bare.mjs'
import { argsOf, range } from '../payloads.mjs'
import { countdown, percentile } from '../stopwatch.mjs'
import { openWire } from '../wire.mjs'

const perSecond = 100

function items(seconds, firstMs) {
  return range(seconds).flatMap((second) => {
    const dueMs = firstMs + 1000 * second
    return range(perSecond).map((index) => ({ dueMs, args: argsOf(second * perSecond + index, dueMs) }))
  })
}

const ms = (title, budget) => ({ title, unit: 'ms', better: 'lower', ...budget })

const summary = (lateMs) => ({
  p50Ms: percentile(lateMs, 0.5),
  p99Ms: percentile(lateMs, 0.99),
  worstMs: Math.max(...lateMs),
  early: lateMs.filter((late) => late < 0).length,
})

/** Jobs of one second: how late each is in our hands. */
async function bareSecond({ move, next }, dueMs) {
  while (Date.now() < dueMs) await sleep(Math.max(0, dueMs - Date.now()))
  await move(dueMs / 1000)
  const lateMs = []
  for (let jobs = await next(); jobs.length > 0; jobs = await next())
    for (const job of jobs) lateMs.push(Date.now() - JSON.parse(job).args[2])
  return lateMs
}

export const work = {
  id: 'W3',
  title: 'Lateness: from due to performed',
  note: '100 jobs due in each second, 10 at a time. Due times are whole seconds for every system. The limit sleeps until the second, moves its bucket in one call and takes 10 at a time.',
  cases: [
    {
      name: '2,000 jobs over 20 s',
      subject: 'ours',
      systems: ['ours', 'bullmq', 'bee-queue', 'node-resque', 'limit'],
      metrics: {
        p50Ms: ms('median'),
        p99Ms: ms('99 % are not later than', { atMost: 15 }),
        worstMs: ms('the latest'),
        early: { title: 'jobs performed early', unit: '', better: 'lower', atMost: 0 },
      },
    },
  ],
  async run(context) {
    const seconds = context.quick ? 4 : 20
    const lateMs = []
    const performed = countdown(seconds * perSecond)
    const worker = await context.worker(10, ([, , dueMs]) => {
      lateMs.push(Date.now() - dueMs)
      performed.tell()
    })
    const producer = await context.producer()
    await producer.bulk(items(seconds, 1000 * Math.ceil(Date.now() / 1000 + 2)))
    await performed.all
    await Promise.all([worker.stop(), producer.close()])
    return summary(lateMs)
  },
  async limit({ port, quick }) {
    const wire = openWire(port)
    const tools = { move: await mover(wire), next: await taker(wire, 'hand', 10) }
    const firstMs = 1000 * Math.ceil(Date.now() / 1000 + 1)
    const lateMs = []
    for (const second of range(quick ? 4 : 20)) {
      const dueMs = firstMs + 1000 * second
      const payloads = range(perSecond).map((index) => payloadOf(index, argsOf(index, dueMs)))
      await delay(wire, dueMs / 1000, payloads)
      lateMs.push(...(await bareSecond(tools, dueMs)))
    }
    wire.close()
    return summary(lateMs)
  },
}
