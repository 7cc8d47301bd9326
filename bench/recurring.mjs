// What many recurring entries cost: how long loading takes, how long the event loop is blocked at most, how long
// after their second all jobs are in their queues, and what an idle scheduler costs.
//
//   node bench/recurring.mjs [number of entries]      needs redis-server, and dist (npm run build)

import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadSchedule, Resque, Scheduler } from '../dist/index.js'
import { scripts } from '../dist/redis/script.js'
import { commandStats, openRedis, redisCpuMs, startRedis } from './redis.mjs'

const count = Number(process.argv[2] ?? 10_000)
const queues = 10
const idleSeconds = 10

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()

/** Runs a phase and tells how long it took, how long the loop was blocked at most, and the CPU it used. */
async function phase(name, work) {
  await sleep(50)
  delay.reset()
  const cpu = process.cpuUsage()
  const fromMs = performance.now()
  const more = await work()
  const ms = performance.now() - fromMs
  const used = process.cpuUsage(cpu)
  const cpuMs = (used.user + used.system) / 1000
  await sleep(5)
  const blockMs = delay.max / 1e6
  const shown = { ms: Math.round(ms), blockMs: Math.round(blockMs), cpuMs: Math.round(cpuMs), ...more }
  console.log(name.padEnd(34), JSON.stringify(shown))
}

/** All entries of one kind run in the second `atMs`, and at no other time in this hour. */
function cronFor(atMs) {
  const date = new Date(atMs)
  return `${date.getUTCSeconds()} ${date.getUTCMinutes()} ${date.getUTCHours()} * * * UTC`
}

function entries(prefix, atMs) {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${prefix}${index}`,
      { cron: cronFor(atMs), class: 'Report', queue: `q${index % queues}`, args: [index, 'a text'] },
    ]),
  )
}

async function waiting(redis, resque) {
  const pipeline = redis.pipeline()
  for (let queue = 0; queue < queues; queue++) pipeline.llen(resque.rooms.store.keys.queue(`q${queue}`))
  return (await pipeline.exec()).reduce((sum, [, length]) => sum + length, 0)
}

/** How many milliseconds after `atMs` so many jobs wait, by Redis's clock, which is this machine's. */
async function allFired({ redis, resque, atMs, wanted }) {
  await sleep(Math.max(0, atMs - Date.now() - 100))
  for (;;) {
    if ((await waiting(redis, resque)) >= wanted) return { afterMs: Date.now() - atMs }
    if (Date.now() > atMs + 60_000) throw new Error('they do not fire')
    await sleep(3)
  }
}

function nextWhole(ms) {
  return Math.ceil((Date.now() + ms) / 1000) * 1000
}

async function firing(name, place, wanted) {
  const { atMs } = place
  await sleep(Math.max(0, atMs - Date.now() - 500))
  await phase(name, () => allFired({ ...place, wanted }))
}

/** The longest commands over 1 ms of each kind, scripts by their names. */
async function slowest(redis) {
  const names = new Map([...scripts.values()].map(({ sha, name }) => [sha, name]))
  const worst = {}
  for (const [, , micros, [command, what]] of await redis.slowlog('GET', 1_000)) {
    const name = names.get(what) ?? command
    worst[name] = Math.max(worst[name] ?? 0, Math.round(micros / 100) / 10)
  }
  return worst
}

async function measure(server) {
  const redis = openRedis(server.port)
  await redis.config('SET', 'slowlog-log-slower-than', '1000', 'slowlog-max-len', '1000')
  const resque = new Resque({ redis: `redis://127.0.0.1:${server.port}` })
  const fileAtMs = nextWhole(8_000)
  let schedule
  await phase(`read a file of ${count} entries`, async () => {
    schedule = loadSchedule(JSON.stringify(entries('file', fileAtMs)), { requireQueue: true })
  })
  const scheduler = new Scheduler({ resque, entries: schedule.entries })
  scheduler.on('trouble', ({ error }) => console.error(error))
  await phase('take the lead with them', () => scheduler.start())
  await firing('fire all of them in one second', { redis, resque, atMs: fileAtMs }, count)

  const dynamicAtMs = nextWhole(15_000)
  const { dynamic } = resque.rooms.recurring('').keys
  const texts = Object.entries(entries('dynamic', dynamicAtMs))
  await redis.hset(dynamic, Object.fromEntries(texts.map(([name, entry]) => [name, JSON.stringify(entry)])))
  const loaded = new Promise((resolve) => scheduler.on('scheduleLoaded', resolve))
  await redis.sadd(resque.rooms.recurring('').keys.dynamicChanged, ...texts.map(([name]) => name))
  await phase('take up as many dynamic ones', () => loaded.then(() => undefined))
  await firing('fire all dynamic ones in one second', { redis, resque, atMs: dynamicAtMs }, 2 * count)
  await phase('list all of them', async () => ({ entries: (await resque.recurring.list()).length }))

  await sleep(1_000)
  await redis.config('RESETSTAT')
  const redisMs = await redisCpuMs(redis)
  delay.disable()
  await phase(`idle for ${idleSeconds} s`, async () => {
    await sleep(idleSeconds * 1_000)
    const stats = await commandStats(redis)
    const names = Object.entries(stats).filter(([name]) => name !== 'info' && name !== 'config|resetstat')
    const commands = Object.fromEntries(names.map(([name, { calls }]) => [name, calls]))
    return { redisCpuMs: Math.round((await redisCpuMs(redis)) - redisMs), commands }
  })
  console.log('longest commands of Redis, ms'.padEnd(34), JSON.stringify(await slowest(redis)))
  await scheduler.stop()
  await resque.close()
  redis.disconnect()
}

const server = await startRedis()
try {
  await measure(server)
} finally {
  await server.stop()
}
