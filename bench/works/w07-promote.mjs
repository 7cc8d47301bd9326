// W7: the scheduler alone: due jobs move into their queues. A test's clock makes them due at once.

import { Resque, Scheduler } from '../../dist/index.js'
import { moverOfAll } from '../bare.mjs'
import { costs, rate } from '../metrics.mjs'
import { argsOf, jobName, queueName, range } from '../payloads.mjs'
import { commandStats, openRedis } from '../redis.mjs'
import { measure } from '../stopwatch.mjs'
import { openWire } from '../wire.mjs'

const day = Date.UTC(2030, 0, 1)
const url = (port) => `redis://127.0.0.1:${port}`

function clockAt(ms) {
  return { nowMs: () => ms, sleep: () => Promise.resolve() }
}

function caseOf(name, seconds) {
  const slowest = { title: 'the slowest script call', unit: 'ms', better: 'lower' }
  return {
    name,
    seconds,
    subject: 'untracked',
    systems: ['untracked', 'ours', 'limit'],
    metrics: {
      perSecond: rate({ atLeast: 200_000 }),
      callMs: { title: 'mean script call', unit: 'ms', better: 'lower', atMost: 5 },
      p99CallMs: { ...slowest, title: '99 % of the script calls are not longer than', atMost: 5 },
      slowestCallMs: slowest,
      ...costs,
    },
  }
}

async function load({ port, track, quick, case: { seconds } }) {
  const resque = new Resque({ redis: url(port), track: track ?? false, clock: clockAt(day) })
  for (const start of range(4)) {
    const items = range(quick ? 5_000 : 50_000).map((index) => {
      const at = new Date(day + 1000 * (1 + ((start * 50_000 + index) % seconds)))
      return { job: jobName, queue: queueName, args: argsOf(index), at }
    })
    await resque.enqueueBulk(items)
  }
  await resque.close()
}

async function watchScripts(redis) {
  await redis.config('SET', 'slowlog-log-slower-than', '0')
  await redis.config('SET', 'slowlog-max-len', '5000')
  await redis.slowlog('RESET')
}

/** How long the script calls took that Redis noted, in milliseconds, longest first. */
async function scriptCallsMs(redis) {
  const notes = await redis.slowlog('GET', 5_000)
  const scripts = notes.filter(([, , , [command]]) => command.toLowerCase() === 'evalsha')
  return scripts.map(([, , us]) => us / 1000).sort((a, b) => b - a)
}

async function withCalls(redis, result) {
  const calls = await scriptCallsMs(redis)
  const { evalsha } = await commandStats(redis)
  return {
    ...result,
    callMs: evalsha.usec / evalsha.calls / 1000,
    p99CallMs: calls[Math.floor(calls.length / 100)],
    slowestCallMs: calls[0],
  }
}

export const work = {
  id: 'W7',
  title: 'Promote: due jobs move into their queue, the scheduler alone',
  note: '200,000 jobs of one queue. The limit is a script with ZRANGEBYSCORE, LPOP, RPUSH and ZREM only, 1,000 jobs in a call, two calls under way.',
  cases: [caseOf('all due in one second', 1), caseOf('spread over 10,000 seconds', 10_000)],
  prepare: load,
  async run({ port, quick }) {
    const redis = openRedis(port)
    const scheduler = new Scheduler({ redis: url(port), clock: clockAt(day + 86_400_000) })
    await watchScripts(redis)
    const result = await measure(port, async () => {
      await scheduler.tick()
      return quick ? 20_000 : 200_000
    })
    const left = await redis.zcard('resque:delayed_queue_schedule')
    if (left > 0) throw new Error(`${left} seconds were not promoted`)
    return withCalls(redis, result)
  },
  async limit({ port }) {
    const redis = openRedis(port)
    const wire = openWire(port)
    const moveAll = await moverOfAll(wire)
    await watchScripts(redis)
    return withCalls(redis, await measure(port, () => moveAll((day + 86_400_000) / 1000)))
  },
}
