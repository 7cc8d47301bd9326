// What no system can do without, and nothing else: the limits. Payloads are of the form and length of ours; the
// client is wire.mjs, which knows the protocol only; what can be joined in one command or one write is joined.

import { argsOf, chunks, inFlight, jobName, queueName } from './payloads.mjs'
import { openWire } from './wire.mjs'

export const queueKey = `resque:queue:${queueName}`
export const scheduleKey = 'resque:delayed_queue_schedule'
export const bucketKey = (due) => `resque:delayed:${due}`

export function payloadOf(index, args = argsOf(index)) {
  const id = String(index).padStart(32, '0')
  return `{"class":"${jobName}","args":${JSON.stringify(args)},"queue":"${queueName}","id":"${id}","queue_time":1795459299.279}`
}

/** Appends texts to a list: a thousand in one command, four commands under way. */
export async function append(wire, key, texts) {
  await inFlight(chunks(texts, 1_000), 4, (part) => wire.call([['RPUSH', key, ...part]]))
}

/** Puts jobs of one second into the delayed set. */
export function delay(wire, due, payloads) {
  return wire.call([
    ['RPUSH', bucketKey(due), ...payloads],
    ['ZADD', scheduleKey, due, due],
  ])
}

export async function fillQueue(port, count, argsOfIndex = argsOf) {
  const wire = openWire(port)
  for (let from = 0; from < count; from += 10_000) {
    const size = Math.min(10_000, count - from)
    const texts = Array.from({ length: size }, (_, index) =>
      payloadOf(from + index, argsOfIndex(from + index)),
    )
    await append(wire, queueKey, texts)
  }
  wire.close()
}

/** A handful moves out of the queue into a hand, and leaves it with the next call: nothing can be lost. */
const take = `
local jobs = redis.call('LPOP', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
if jobs then redis.call('RPUSH', KEYS[2], unpack(jobs)) end
return jobs`

/** Takes a bucket's jobs, up to 1,000, and appends them to a queue. */
const move = `
local jobs, gone = {}, {}
for _, due in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 200)) do
  local wanted = 1000 - #jobs
  local some = redis.call('LPOP', 'resque:delayed:' .. due, wanted) or {}
  for _, job in ipairs(some) do jobs[#jobs + 1] = job end
  if #some < wanted then gone[#gone + 1] = due else break end
end
if #gone > 0 then redis.call('ZREM', KEYS[1], unpack(gone)) end
if #jobs > 0 then redis.call('RPUSH', KEYS[2], unpack(jobs)) end
return #jobs`

/** -> a function that moves up to 1,000 jobs that are due by that second, and resolves to how many it moved */
export async function mover(wire) {
  const sha = await wire.one('SCRIPT', 'LOAD', move)
  return (due) => wire.one('EVALSHA', sha, 2, scheduleKey, queueKey, due)
}

/** -> a function that moves all jobs that are due by that second, two calls under way, and resolves to how many */
export async function moverOfAll(wire) {
  const moveSome = await mover(wire)
  return async (due) => {
    let moved = 0
    const lane = async () => {
      for (let some = await moveSome(due); some > 0; some = await moveSome(due)) moved += some
    }
    await Promise.all([lane(), lane()])
    return moved
  }
}

/** -> a function that takes up to so many jobs into this hand, and drops those that were in it */
export async function taker(wire, hand, size) {
  if (size === 1) {
    const commands = [
      ['DEL', hand],
      ['LMOVE', queueKey, hand, 'LEFT', 'RIGHT'],
    ]
    return async () => {
      const [, job] = await wire.call(commands)
      return job === null ? [] : [job]
    }
  }
  const sha = await wire.one('SCRIPT', 'LOAD', take)
  const command = [['EVALSHA', sha, 2, queueKey, hand, size]]
  return async () => (await wire.call(command))[0] ?? []
}

/**
 * Performs so many jobs, `lanes` handfuls at the same time; waits for those that are yet to come.
 * @param perform called with a job's arguments
 */
export async function workOff(port, { count, lanes, size, perform }) {
  const wire = openWire(port)
  let left = count
  const lane = async (_, number) => {
    const next = await taker(wire, `hand:${number}`, size)
    while (left > 0) {
      const jobs = await next()
      left -= jobs.length
      const ends = jobs.map((job) => perform(JSON.parse(job).args))
      if (ends[0] instanceof Promise) await Promise.all(ends)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  wire.close()
}
