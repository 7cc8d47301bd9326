// W9: 10,000 recurring entries: read and begun, all due in one second, and idle.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadSchedule, Scheduler } from '../../dist/index.js'
import { append } from '../bare.mjs'
import { chunks, inFlight, range } from '../payloads.mjs'
import { openRedis } from '../redis.mjs'
import { openWire } from '../wire.mjs'

const url = (port) => `redis://127.0.0.1:${port}`

/** A schedule file (JSON) whose entries all have this cron line. */
function schedule(count, cron) {
  const entry = { cron, class: 'Report', queue: 'reports', args: [1] }
  return JSON.stringify(Object.fromEntries(range(count).map((index) => [`entry-${index}`, entry])), null, 1)
}

function cronAt(ms) {
  const at = new Date(ms)
  return `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * * UTC`
}

async function begin(port, text) {
  const startedMs = performance.now()
  const { entries, problems } = loadSchedule(text)
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]))
  const readMs = performance.now() - startedMs
  const scheduler = new Scheduler({ redis: url(port), entries })
  await scheduler.start()
  return { scheduler, readMs, loadMs: performance.now() - startedMs }
}

async function allFired(port, count, dueMs) {
  const redis = openRedis(port)
  while ((await redis.llen('resque:queue:reports')) < count) await sleep(2)
  redis.disconnect()
  return Date.now() - dueMs
}

async function idleCpu(seconds) {
  const before = process.cpuUsage()
  await sleep(seconds * 1000)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 10_000 / seconds
}

/** bullmq keeps its recurring entries in Redis: each is written by itself. */
async function bullmq(context, count) {
  const producer = await context.producer()
  const startedMs = performance.now()
  await inFlight(range(count), 100, (index) =>
    producer.queue.upsertJobScheduler(`entry-${index}`, { pattern: '0 4 * * *', tz: 'UTC' }),
  )
  return { loadMs: performance.now() - startedMs }
}

/** Each entry parsed and kept in Redis; each occurrence claimed (a field of a hash) and its job appended. */
async function bare(port, count, dueMs) {
  const wire = openWire(port)
  const text = schedule(count, '0 4 1 1 *')
  const startedMs = performance.now()
  const entries = Object.entries(JSON.parse(text))
  const readMs = performance.now() - startedMs
  const pairs = (key, fieldOf) => (part) =>
    wire.call([['HSET', key, ...part.flatMap(([name, entry]) => [name, fieldOf(entry)])]])
  await inFlight(chunks(entries, 1_000), 4, pairs('entries', JSON.stringify))
  const loadMs = performance.now() - startedMs
  while (Date.now() < dueMs) await sleep(dueMs - Date.now())
  await inFlight(
    chunks(entries, 1_000),
    4,
    pairs('last', () => dueMs),
  )
  await append(
    wire,
    'resque:queue:reports',
    entries.map((_, index) => firedPayload(index)),
  )
  return { loadMs, readMs, firedMs: Date.now() - dueMs }
}

function firedPayload(index) {
  const id = String(index).padStart(32, '0')
  return `{"class":"Report","args":[1],"queue":"reports","id":"${id}","queue_time":1795459299.279}`
}

const lower = (title, unit, budget) => ({ title, unit, better: 'lower', ...budget })

export const work = {
  id: 'W9',
  title: '10,000 recurring entries',
  note: 'bullmq: upsertJobScheduler, 100 in flight. bee-queue and node-resque have no recurring jobs. The limit parses the file as JSON and keeps each entry; in the second it writes a claim for each and appends its job, 1,000 in a command.',
  cases: [
    {
      name: '10,000 entries',
      subject: 'ours',
      systems: ['ours', 'bullmq', 'limit'],
      metrics: {
        loadMs: lower('until they are read and the scheduler runs', 'ms', { atMost: 3_000 }),
        readMs: lower('of that, reading the file', 'ms'),
        stallMs: lower('longest stall of the event loop meanwhile', 'ms'),
        firedMs: lower('all due in one second: until the last one is in its queue', 'ms', { atMost: 300 }),
        idleCpuPercent: lower('CPU while none is due', '%'),
      },
    },
  ],
  async run(context) {
    const count = context.quick ? 1_000 : 10_000
    if (context.system === 'bullmq') return bullmq(context, count)
    const idle = await begin(context.port, schedule(count, '0 4 1 1 * UTC'))
    await sleep(500)
    const idleCpuPercent = await idleCpu(context.quick ? 3 : 10)
    await idle.scheduler.stop()
    await openRedis(context.port).flushall()
    const dueMs = 1000 * Math.ceil(Date.now() / 1000 + (context.quick ? 3 : 8))
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const { scheduler, readMs, loadMs } = await begin(context.port, schedule(count, cronAt(dueMs)))
    await sleep(50)
    delay.disable()
    const firedMs = await allFired(context.port, count, dueMs)
    await scheduler.stop()
    return { loadMs, readMs, stallMs: delay.max / 1e6, firedMs, idleCpuPercent }
  },
  limit({ port, quick }) {
    return bare(port, quick ? 1_000 : 10_000, 1000 * Math.ceil(Date.now() / 1000 + 1))
  },
}
