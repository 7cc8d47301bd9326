// What a process of its own costs a job: empty jobs waiting in a queue, performed in the worker's own process and in
// processes of their own. `node bench/isolation.mjs [jobs] [at a time…]`

import { fileURLToPath } from 'node:url'
import { Resque, Worker } from '../dist/index.js'
import { range } from './payloads.mjs'
import { startRedis } from './redis.mjs'

const [jobs = 5_000, ...concurrencies] = process.argv.slice(2).map(Number)
const jobFiles = fileURLToPath(new URL('./jobs/empty.mjs', import.meta.url))

async function performed(resque, count) {
  for (;;) {
    const { processed } = await resque.stats()
    if (processed >= count) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Jobs a second. Processes are started, and have performed a job each, before the clock runs. */
async function measure(isolation, concurrency) {
  const server = await startRedis()
  const resque = new Resque({ redis: `redis://127.0.0.1:${server.port}` })
  const worker = new Worker({ resque, queues: 'mail', jobFiles, isolation, concurrency })
  await worker.start()
  const add = (count) => resque.enqueueBulk(range(count).map(() => ({ job: 'Empty', queue: 'mail' })))
  const warmUp = concurrency * 20
  await add(warmUp)
  await performed(resque, warmUp)
  worker.pause()
  await add(jobs)
  const started = performance.now()
  worker.resume()
  await performed(resque, warmUp + jobs)
  const seconds = (performance.now() - started) / 1000
  await worker.stop()
  await resque.close()
  await server.stop()
  return Math.round(jobs / seconds)
}

for (const concurrency of concurrencies.length > 0 ? concurrencies : [1, 2, 10]) {
  for (const isolation of ['none', 'process']) {
    const rate = await measure(isolation, concurrency)
    console.log(`isolation ${isolation.padEnd(7)}  ${concurrency} at a time  ${rate} jobs/s`)
  }
}
