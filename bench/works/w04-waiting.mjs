// W4: how fast one worker process works off jobs that wait and do nothing.

import { costs, rate } from '../metrics.mjs'
import { argsOf, range } from '../payloads.mjs'
import { openRedis } from '../redis.mjs'
import { deferred, measure } from '../stopwatch.mjs'

const ratios = { 1: 1, 10: 4, 50: 6 }
const longestMs = 20_000
const total = (quick) => (quick ? 3_000 : 50_000)

/** Tells when a tenth of the jobs was performed, and then how long the rest took, or what was done in time. */
function meter(count) {
  const warm = Math.floor(count / 10)
  const warmed = deferred()
  const ended = deferred()
  let done = 0
  let warmAtMs
  const finish = () => ended.resolve({ jobs: done - warm, ms: performance.now() - warmAtMs })
  const perform = () => {
    done++
    if (done === warm) {
      warmAtMs = performance.now()
      warmed.resolve()
    } else if (done === count) finish()
  }
  return { perform, finish, warmed: warmed.promise, ended: ended.promise }
}

/** The least that keeps jobs from being lost: a handful moves into the hand, and out of it with the next call. */
const bareTake = `
local jobs = redis.call('LPOP', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
if jobs then redis.call('RPUSH', KEYS[2], unpack(jobs)) end
return jobs`

async function bare(port, count, atOnce) {
  const redis = openRedis(port)
  const sha = await redis.script('LOAD', bareTake)
  for (let done = 0; done < count; done += atOnce)
    for (const job of await redis.evalsha(sha, 2, 'resque:queue:mail', 'hand', atOnce)) JSON.parse(job)
  redis.disconnect()
  return count
}

function caseOf(atOnce) {
  return {
    name: `${atOnce} at a time`,
    atOnce,
    subject: 'untracked',
    systems: ['untracked', 'ours', 'bullmq', 'bee-queue', 'node-resque', 'limit'],
    pin: atOnce === 1,
    metrics: {
      perSecond: rate({ ratioAtLeast: ratios[atOnce], shareOf: 'ours', shareAtLeast: 0.6 }),
      ...costs,
    },
  }
}

export const work = {
  id: 'W4',
  title: 'Waiting jobs that do nothing, worked off by one worker process',
  note: 'Of 50,000 jobs, after a tenth of them; at most 20 s. The limit is one script call for each handful with LPOP, RPUSH into a hand and DEL of the last one.',
  cases: [caseOf(1), caseOf(10), caseOf(50)],
  async prepare(context) {
    const items = range(total(context.quick)).map((index) => ({ args: argsOf(index) }))
    if (context.system === 'limit') {
      const redis = openRedis(context.port)
      for (const { args } of items) redis.rpush('resque:queue:mail', JSON.stringify(args))
      await redis.quit()
      return
    }
    const producer = await context.producer()
    await producer.bulk(items)
    await producer.close()
  },
  async run(context) {
    const { ended, warmed, perform, finish } = meter(total(context.quick))
    await context.worker(context.case.atOnce, perform)
    await warmed
    const timer = setTimeout(finish, longestMs)
    const result = await measure(context.port, () => ended)
    clearTimeout(timer)
    return result
  },
  limit: (context) =>
    measure(context.port, () => bare(context.port, total(context.quick), context.case.atOnce)),
}
