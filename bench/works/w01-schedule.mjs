// W1: a producer schedules jobs an hour ahead, in the three ways producers do.

import { delay, payloadOf } from '../bare.mjs'
import { costs, rate } from '../metrics.mjs'
import { argsOf, chunks, inFlight, range } from '../payloads.mjs'
import { measure } from '../stopwatch.mjs'
import { openWire } from '../wire.mjs'

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

/** What is under way at the same time is joined, and goes in two halves: one is made while the other travels. */
function bareCarrier(wire, { atOnce }) {
  const due = Math.floor(Date.now() / 1000) + hourSeconds
  const [size, lanes] = atOnce === undefined ? [1_000, 4] : atOnce === 1 ? [1, 1] : [atOnce / 2, 2]
  const add = (part) =>
    delay(
      wire,
      due,
      part.map((index) => payloadOf(index)),
    )
  return (indexes) => inFlight(chunks(indexes, size), lanes, add)
}

export const work = {
  id: 'W1',
  title: 'Schedule a job an hour ahead',
  note: 'The limit is RPUSH and ZADD in one write, the payloads made on the way. For 500 in flight it carries 250 jobs in each RPUSH, two of them under way; for bulk 1,000 and four.',
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
    return inHalves(port, range(quick ? way.quick : way.count), bareCarrier(openWire(port), way))
  },
}
