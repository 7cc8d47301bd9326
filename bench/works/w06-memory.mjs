// W6: what a delayed job weighs in Redis.

import { setTimeout as sleep } from 'node:timers/promises'
import { delay, payloadOf } from '../bare.mjs'
import { argsOf, inFlight, range } from '../payloads.mjs'
import { info, openRedis } from '../redis.mjs'
import { openWire } from '../wire.mjs'

const hourSeconds = 3_600
const all = ['ours', 'bullmq', 'bee-queue', 'node-resque', 'limit']

/** When the job of this index is due. */
const spreads = {
  hour: (index, firstMs) => firstMs + 1000 * (index % hourSeconds),
  'one second': (_, firstMs) => firstMs,
  'a second each': (index, firstMs) => firstMs + 1000 * index,
}

function caseOf(name, count, spread, systems, budget) {
  const metric = { title: 'bytes per job', unit: 'bytes', better: 'lower', ...budget }
  return { name, count, spread, subject: 'ours', systems, metrics: { bytesPerJob: metric } }
}

async function usedBytes(redis) {
  return Number((await info(redis, 'memory'))['used_memory'])
}

/** The same pieces as `bulk` of an adapter. */
function bareProducer(port) {
  const wire = openWire(port)
  const bulk = async (items) => {
    const buckets = new Map()
    for (const { dueMs, args } of items) {
      const payloads = buckets.get(dueMs) ?? []
      buckets.set(dueMs, payloads)
      payloads.push(payloadOf(args[2] - 1_000_000_000_000, args))
    }
    await inFlight([...buckets], 100, ([dueMs, payloads]) => delay(wire, dueMs / 1000, payloads))
  }
  return { bulk, close: () => wire.close() }
}

/** In pieces, so that the measuring process needs no gigabytes itself. */
async function load(producer, count, dueMsOf) {
  const firstMs = 1000 * Math.ceil(Date.now() / 1000 + hourSeconds)
  for (let from = 0; from < count; from += 50_000) {
    const indexes = range(Math.min(50_000, count - from))
    await producer.bulk(
      indexes.map((index) => ({ dueMs: dueMsOf(from + index, firstMs), args: argsOf(from + index) })),
    )
  }
}

export const work = {
  id: 'W6',
  title: 'Redis memory per delayed job',
  note: 'SendEmail with three arguments of 50 bytes together. The limit is the payload in its bucket and the second in the schedule, nothing else.',
  cases: [
    caseOf('100,000 spread over an hour', 100_000, 'hour', all, { atMost: 220, ratioAtLeast: 1 }),
    caseOf('100,000 in one second', 100_000, 'one second', all),
    caseOf('100,000, a second for each', 100_000, 'a second each', all),
    caseOf('1,000,000 spread over an hour', 1_000_000, 'hour', ['ours'], { atMost: 220 }),
  ],
  async run(context) {
    const { count, spread } = context.case
    const size = context.size ?? (context.quick ? count / 10 : count)
    const redis = openRedis(context.port)
    const producer = context.system === 'limit' ? bareProducer(context.port) : await context.producer()
    const before = await usedBytes(redis)
    await load(producer, size, spreads[spread])
    await producer.sortIndex?.() // or it would be done later
    await producer.close()
    await sleep(500)
    const after = await usedBytes(redis)
    redis.disconnect()
    return { bytesPerJob: (after - before) / size }
  },
  limit: (context) => work.run(context),
}
