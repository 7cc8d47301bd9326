// What `--check` counts: the moves of a job, each by itself. A flow: { name, jobs, warmUp(tools), run(tools) };
// `run` may take its first steps before it calls `tools.begin()`, from where on is counted.

import { Resque, Scheduler } from '../dist/index.js'
import { openProducer, startWorker } from './adapters/ours.mjs'
import { argsOf, jobName, queueName, range } from './payloads.mjs'
import { countdown } from './stopwatch.mjs'

const hourMs = 3_600_000
const day = Date.UTC(2030, 0, 1)
const clockAt = (ms) => ({ nowMs: () => ms, sleep: () => Promise.resolve() })

function producing(name, jobs, act) {
  const run = async (tools, count) => {
    const producer = await openProducer({ port: tools.port })
    await act(producer, count, tools)
    await producer.close()
  }
  return {
    name,
    jobs,
    warmUp: (tools) => run({ ...tools, begin: () => undefined }, 2),
    run: (tools) => run(tools, jobs),
  }
}

const delayed = (count) => range(count).map((index) => ({ dueMs: Date.now() + hourMs, args: argsOf(index) }))

async function each(items, act) {
  for (const item of items) await act(item)
}

async function loadWaiting(port, track, count) {
  const producer = await openProducer({ port, track })
  await producer.bulk(range(count).map((index) => ({ args: argsOf(index) })))
  await producer.close()
}

async function workOff(tools, concurrency, track, jobs) {
  await loadWaiting(tools.directPort, track, jobs)
  const performed = countdown(jobs)
  await tools.begin()
  // How many jobs are taken ahead goes by the pace of the machine, which is not to be counted here.
  const worker = await startWorker({
    port: tools.port,
    concurrency,
    perform: performed.tell,
    prefetch: 'none',
  })
  await performed.all
  await worker.stop()
}

/** Joining and leaving are in it: with so many jobs they weigh little, and always the same. */
function working(concurrency, track) {
  const jobs = concurrency === 1 ? 500 : 5_000
  return {
    name: `worker, ${concurrency} at a time, ${track ? 'tracked' : 'untracked'}`,
    jobs,
    warmUp: (tools) => workOff({ ...tools, begin: () => undefined }, concurrency, track, 5),
    run: (tools) => workOff(tools, concurrency, track, jobs),
  }
}

async function promote(tools, track, jobs) {
  const redis = (port) => `redis://127.0.0.1:${port}`
  const resque = new Resque({ redis: redis(tools.directPort), track, clock: clockAt(day) })
  const at = new Date(day + 1_000)
  await resque.enqueueBulk(
    range(jobs).map((index) => ({ job: jobName, queue: queueName, args: argsOf(index), at })),
  )
  await resque.close()
  const later = await new Resque({ redis: redis(tools.port), clock: clockAt(day + hourMs) }).connect()
  const scheduler = new Scheduler({ resque: later })
  await tools.begin()
  await scheduler.tick()
  await later.close()
}

function promoting(track) {
  return {
    name: `promote, ${track ? 'tracked' : 'untracked'}`,
    jobs: 5_000,
    warmUp: (tools) => promote({ ...tools, begin: () => undefined }, track, 2),
    run: (tools) => promote(tools, track, 5_000),
  }
}

export const flows = [
  producing('enqueue, one by one', 200, async (producer, count, { begin }) => {
    await begin()
    await each(range(count), (index) => producer.enqueue(argsOf(index)))
  }),
  producing('enqueueAt, one by one', 200, async (producer, count, { begin }) => {
    await begin()
    await each(delayed(count), ({ dueMs, args }) => producer.enqueueAt(dueMs, args))
  }),
  producing('enqueueBulk, 2,000 delayed', 2_000, async (producer, count, { begin }) => {
    await begin()
    await producer.bulk(delayed(count))
  }),
  producing('cancel, one by one', 200, async (producer, count, { begin }) => {
    const ids = await producer.bulk(delayed(count))
    await begin()
    await each(ids, (id) => producer.cancel(id))
  }),
  producing('reschedule, one by one', 200, async (producer, count, { begin }) => {
    const ids = await producer.bulk(delayed(count))
    await begin()
    await each(ids, (id) => producer.reschedule(id, Date.now() + 2 * hourMs))
  }),
  promoting(false),
  promoting(true),
  ...[1, 10, 50].flatMap((concurrency) => [working(concurrency, false), working(concurrency, true)]),
]
