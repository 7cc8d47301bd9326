// What delayed jobs take of Redis: bytes for each, and the time of Redis's processor to add and to promote them.
//
//   node bench/memory.mjs [jobs] [--long]     needs dist/: npm run build

import { Resque } from '../dist/index.js'
import { startRedis } from './redis.mjs'

const count = Number(process.argv.slice(2).find((text) => /^\d+$/.test(text)) ?? 100_000)
const budgetBytes = 220
const arg = (index, name) => `${name}-${index}-`.padEnd(50, 'x')
// Fifty bytes together, as the budget says; `--long` takes fifty each.
const isLong = process.argv.includes('--long')
const argsOf = (index) =>
  isLong
    ? [arg(index, 'to'), arg(index, 'template'), arg(index, 'subject')]
    : [`person-${String(index).padStart(6, '0')}@example.com`, 'welcome-mail', 'spring-offer']

async function numbers(redis) {
  const text = `${await redis.info('memory')}\n${await redis.info('cpu')}`
  const value = (name) => Number(text.match(new RegExp(`^${name}:(\\S+)`, 'm'))?.[1])
  return { bytes: value('used_memory'), cpu: value('used_cpu_user') + value('used_cpu_sys') }
}

/** Adds, optionally drops the index, promotes; what each took. */
async function measure({ keepsIndex }) {
  const server = await startRedis({ pin: true })
  // A clock to turn forward, so that nobody has to wait for the jobs to be due.
  let aheadMs = 0
  const clock = {
    nowMs: () => Date.now() + aheadMs,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  }
  const resque = new Resque({ redis: `redis://127.0.0.1:${server.port}`, clock })
  await resque.connect()
  const { redis, keys } = resque.rooms.store
  const dueSeconds = Math.floor(Date.now() / 1000) + 3_600
  const before = await numbers(redis)
  const items = Array.from({ length: count }, (_, index) => ({
    job: 'SendEmail',
    queue: 'mail',
    args: argsOf(index),
    at: dueSeconds + (index % 20),
  }))
  await resque.enqueueBulk(items)
  const added = await numbers(redis)
  while (keepsIndex && (await resque.rooms.delayed.index.sort()));
  const sorted = await numbers(redis)
  if (!keepsIndex) {
    const shards = Array.from(
      { length: 10_000 },
      (_, shard) => keys.delayedIndexPrefix + String(shard).padStart(4, '0'),
    )
    await redis.del(...shards, keys.unsortedHints)
  }
  const bare = await numbers(redis)
  aheadMs = 7_200_000
  const ready = await numbers(redis)
  let moved = 0
  while (moved < count) moved += (await resque.rooms.delayed.promote({ limit: 1_000, leader: null })).moved
  const promoted = await numbers(redis)
  await resque.close()
  await server.stop()
  const each = (from, to) => (((to - from) * 1e6) / count).toFixed(2)
  return {
    bytes: (bare.bytes - before.bytes) / count,
    addMicroseconds: each(before.cpu, added.cpu),
    sortMicroseconds: each(added.cpu, sorted.cpu),
    promoteMicroseconds: each(ready.cpu, promoted.cpu),
  }
}

const rounds = 3
for (const keepsIndex of [true, false]) {
  const all = []
  for (let round = 0; round < rounds; round++) all.push(await measure({ keepsIndex }))
  // The least is what the work takes; the rest is noise.
  const least = (name) => Math.min(...all.map((one) => Number(one[name])))
  const bytes = least('bytes')
  const what = keepsIndex ? 'with its index' : 'index dropped before promotion'
  const verdict =
    isLong || !keepsIndex ? '' : bytes <= budgetBytes ? ' (within the budget)' : ' (OVER the budget)'
  console.log(
    `${what}: ${bytes.toFixed(1)} bytes a job${verdict}; Redis's CPU: add ${least('addMicroseconds')} µs, sort into the index ${least('sortMicroseconds')} µs, promote ${least('promoteMicroseconds')} µs a job`,
  )
}
