// What has become of each job, noted beside the Redis that is measured: a bit for each job and fate.
//
//   done, cancelled, failed   its end           again   how many ends were told twice
//   tried                     its first try was made, and failed as it should
//   ran:<entry>               planned times, ms, of a recurring entry that have run
//   late                      milliseconds between due and performed, of the jobs since the last look

import { openRedis } from '../redis.mjs'

const fates = ['done', 'cancelled', 'failed']

export function openLedger(port) {
  const redis = openRedis(port)
  redis.options.enableAutoPipelining = true
  const end = async (fate, index) => {
    if ((await redis.setbit(fate, index, 1)) === 1) await redis.incr('again')
  }
  return {
    end,
    late: (ms) => redis.rpush('late', ms),
    /** -> whether this is the first try of the job */
    isFirstTry: async (index) => (await redis.setbit('tried', index, 1)) === 0,
    ran: async (entry, plannedMs) => {
      if ((await redis.sadd(`ran:${entry}`, plannedMs)) === 0) await redis.incr('again')
    },
    takeLate: async () => ((await redis.lpop('late', 1_000_000)) ?? []).map(Number),
    read: () => readAll(redis),
    close: () => redis.disconnect(),
  }
}

async function readAll(redis) {
  const bits = await Promise.all(fates.map((fate) => redis.getBuffer(fate)))
  const entries = await redis.keys('ran:*')
  const times = await Promise.all(entries.map((key) => redis.smembers(key)))
  return {
    bits: Object.fromEntries(fates.map((fate, index) => [fate, bits[index] ?? Buffer.alloc(0)])),
    again: Number((await redis.get('again')) ?? 0),
    recurring: Object.fromEntries(entries.map((key, index) => [key.slice(4), times[index].map(Number)])),
  }
}

const isSet = (buffer, index) => ((buffer[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0

/** How many jobs have ended so and so, how many have not ended, and how many have ended in more ways than one. */
export function countFates(bits, added) {
  const counts = { done: 0, cancelled: 0, failed: 0, lost: 0, twice: 0 }
  for (let index = 0; index < added; index++) {
    const ended = fates.filter((fate) => isSet(bits[fate], index))
    for (const fate of ended) counts[fate]++
    if (ended.length === 0) counts.lost++
    else if (ended.length > 1) counts.twice++
  }
  return counts
}

/** How many runs of an entry are missing between its first and its last. */
export function missingRuns(times, everyMs) {
  if (times.length === 0) return 0
  return (Math.max(...times) - Math.min(...times)) / everyMs + 1 - times.length
}
