// W1: a producer schedules jobs an hour ahead, in the three ways producers do.

import { costs, rate } from '../metrics.mjs'
import { argsOf, chunks, inFlight, range } from '../payloads.mjs'
import { openRedis } from '../redis.mjs'
import { measure } from '../stopwatch.mjs'

const systems = ['ours', 'bullmq', 'bee-queue', 'node-resque', 'limit']
const hourSeconds = 3_600
const bulkCall = 20_000

const ways = {
  'one by one': { count: 10_000, quick: 500, atOnce: 1 },
  '500 in flight': { count: 50_000, quick: 3_000, atOnce: 500 },
  bulk: { count: 100_000, quick: 6_000 },
}

/** Times the second half of the calls: the first has compiled the code. */
async function inHalves(port, items, carry) {
  const half = Math.floor(items.length / 2)
  await carry(items.slice(0, half))
  return measure(port, async () => {
    await carry(items.slice(half))
    return items.length - half
  })
}

function carrier(producer, { atOnce }) {
  if (atOnce !== undefined)
    return (indexes) => inFlight(indexes, atOnce, (index) => producer.enqueueIn(hourSeconds, argsOf(index)))
  return async (indexes) => {
    for (const part of chunks(indexes, bulkCall)) {
      const dueMs = Date.now() + hourSeconds * 1000
      await producer.bulk(part.map((index) => ({ dueMs, args: argsOf(index) })))
    }
  }
}

const payload = (index) =>
  `{"class":"SendEmail","args":${JSON.stringify(argsOf(index))},"queue":"mail","id":"${String(index).padStart(32, '0')}"}`

function bareCarrier(redis, { atOnce }) {
  const due = String(Math.floor(Date.now() / 1000) + hourSeconds)
  const add = (payloads) =>
    redis
      .pipeline()
      .rpush(`delayed:${due}`, ...payloads)
      .zadd('schedule', due, due)
      .exec()
  if (atOnce !== undefined) return (indexes) => inFlight(indexes, atOnce, (index) => add([payload(index)]))
  return (indexes) => inFlight(chunks(indexes, 1_000), 4, (part) => add(part.map(payload)))
}

export const work = {
  id: 'W1',
  title: 'Schedule a job an hour ahead',
  note: 'The limit is RPUSH and ZADD in one pipeline, the payloads made on the way.',
  cases: Object.keys(ways).map((name, index) => ({
    name,
    subject: 'ours',
    systems,
    pin: index === 0,
    metrics: { perSecond: rate({ ratioAtLeast: [1, 1.2, 3][index] }), ...costs },
  })),
  async run(context) {
    const way = ways[context.case.name]
    const producer = await context.producer()
    const count = context.quick ? way.quick : way.count
    const result = await inHalves(context.port, range(count), carrier(producer, way))
    await producer.close()
    return result
  },
  async limit({ port, quick, case: { name } }) {
    const way = ways[name]
    return inHalves(port, range(quick ? way.quick : way.count), bareCarrier(openRedis(port), way))
  },
}
