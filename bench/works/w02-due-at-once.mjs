// W2: many jobs fall due in the same second; one worker process performs them, 50 at a time.

import { setTimeout as sleep } from 'node:timers/promises'
import { append, bucketKey, mover, payloadOf, scheduleKey, workOff } from '../bare.mjs'
import { costs, rate } from '../metrics.mjs'
import { argsOf, range } from '../payloads.mjs'
import { countdown, measure } from '../stopwatch.mjs'
import { openWire } from '../wire.mjs'

const atOnce = 50
const settleMs = 2_000

/** When loading surely has ended; every system loads 4,000 jobs a second and more. */
function dueAfterLoading(count) {
  return 1000 * Math.ceil((Date.now() + count / 4 + settleMs) / 1000)
}

async function prepareBare(port, count) {
  const wire = openWire(port)
  const due = Math.floor(Date.now() / 1000)
  await append(
    wire,
    bucketKey(due),
    range(count).map((index) => payloadOf(index)),
  )
  await wire.one('ZADD', scheduleKey, due, due)
  wire.close()
  return { due, count }
}

/** Moves and performs at the same time, on two connections. */
async function bare(port, due, count) {
  const wire = openWire(port)
  const move = await mover(wire)
  let firstMs
  const fromMs = performance.now()
  const perform = () => {
    firstMs ??= performance.now() - fromMs
  }
  const moveAll = async () => {
    for (let moved = 0; moved < count; ) moved += await move(due)
  }
  await Promise.all([moveAll(), workOff(port, { count, lanes: 2, size: 100, perform })])
  wire.close()
  return firstMs
}

export const work = {
  id: 'W2',
  title: 'Jobs due in one second, performed by one worker process, 50 at a time',
  note: 'From the moment they are due until the last one is performed. The worker waits idle before. node-resque rounds the time and begins up to 500 ms early: it is measured from its first job. The limit moves the bucket by LPOP and RPUSH, 1,000 jobs in a call, and takes as W4 does meanwhile, 100 jobs into each of two hands; it does not wait for the second.',
  cases: [
    {
      name: '20,000 jobs',
      subject: 'untracked',
      systems: ['untracked', 'ours', 'bullmq', 'bee-queue', 'node-resque', 'limit'],
      metrics: {
        perSecond: rate({ ratioAtLeast: 5 }),
        firstMs: { title: 'until the first one is performed', unit: 'ms', better: 'lower' },
        ...costs,
      },
    },
  ],
  async prepare(context) {
    const count = context.quick ? 2_000 : 20_000
    if (context.system === 'limit') return prepareBare(context.port, count)
    const dueMs = dueAfterLoading(count)
    const producer = await context.producer()
    await producer.bulk(range(count).map((index) => ({ dueMs, args: argsOf(index) })))
    await producer.close()
    return { dueMs, count, loadedMs: Date.now() }
  },
  async run(context) {
    const { dueMs, count } = context.prepared
    const performed = countdown(count)
    let firstMs
    const worker = await context.worker(atOnce, () => {
      firstMs ??= Date.now() - dueMs
      performed.tell()
    })
    const waitMs = dueMs - Date.now() - 300
    if (waitMs < 0) throw new Error(`loading took ${300 - waitMs} ms too long: the jobs were due already`)
    await sleep(waitMs)
    const result = await measure(context.port, async () => {
      await performed.all
      return { jobs: count, ms: Date.now() - dueMs - Math.min(0, firstMs) }
    })
    await worker.stop()
    return { ...result, firstMs }
  },
  async limit({ port, prepared: { due, count } }) {
    let firstMs
    const result = await measure(port, async () => {
      firstMs = await bare(port, due, count)
      return count
    })
    return { ...result, firstMs }
  },
}
