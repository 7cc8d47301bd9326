// Fills Redis for a growth measurement, through this library and its default settings.

import { Resque } from '../../dist/index.js'
import { argsOf, jobName, range } from '../payloads.mjs'

const piece = 50_000
const day = Date.UTC(2030, 0, 1)

/** What a promoter takes for the time: all that `loadAhead` has delayed is due then. */
export const laterMs = day + 86_400_000

export const queueOf = (index, queues) => `q${index % queues}`

async function load(port, { count, queues }, { clock, at }) {
  const options = clock === undefined ? {} : { clock }
  const resque = new Resque({ redis: `redis://127.0.0.1:${port}`, ...options })
  for (let from = 0; from < count; from += piece) {
    const indexes = range(Math.min(piece, count - from))
    await resque.enqueueBulk(
      indexes.map((index) => ({
        job: jobName,
        queue: queueOf(from + index, queues),
        args: argsOf(from + index),
        ...(at === undefined ? {} : { at }),
      })),
    )
  }
  await resque.close()
}

const clockAt = (ms) => ({ nowMs: () => ms, sleep: () => Promise.resolve() })

export function loadWaiting(port, jobs) {
  return load(port, jobs, {})
}

/** Delayed, and due for half an hour: told by a client that takes it for an hour earlier than it is. */
export function loadOverdue(port, jobs) {
  const nowMs = Date.now()
  return load(port, jobs, { clock: clockAt(nowMs - 3_600_000), at: new Date(nowMs - 1_800_000) })
}

/** Delayed until 2030. */
export function loadAhead(port, jobs) {
  return load(port, jobs, { clock: clockAt(day), at: new Date(day + 1_000) })
}
