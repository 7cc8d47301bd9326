// W8: a delayed job is cancelled, or moved to another time, by its id; among few others and among many.

import { argsOf, inFlight, range } from '../payloads.mjs'
import { measure, percentile } from '../stopwatch.mjs'

const hourSeconds = 3_600
const oneByOne = 400
const parallel = 1_600
const peers = ['bullmq', 'bee-queue', 'node-resque']

function caseOf(name, size, { seconds = hourSeconds, others = [], budget = {} } = {}) {
  const us = { unit: 'µs', better: 'lower' }
  return {
    name,
    size,
    seconds,
    subject: 'ours',
    systems: ['ours', ...others],
    metrics: {
      cancelUs: { title: 'cancel, one by one', ...us },
      cancelPerSecond: { title: 'cancel, 100 in flight', unit: '/s', better: 'higher', ...budget },
      rescheduleUs: { title: 'reschedule, one by one', ...us },
      reschedulePerSecond: { title: 'reschedule, 100 in flight', unit: '/s', better: 'higher', ...budget },
    },
  }
}

async function oneEach(handles, act) {
  const times = []
  for (const handle of handles) {
    const startedMs = performance.now()
    if (!(await act(handle))) throw new Error(`no job ${JSON.stringify(handle)}`)
    times.push((performance.now() - startedMs) * 1000)
  }
  return percentile(times, 0.5)
}

async function many(port, handles, act) {
  const result = await measure(port, async () => {
    await inFlight(handles, 100, act)
    return handles.length
  })
  return result.perSecond
}

export const work = {
  id: 'W8',
  title: 'Cancel and reschedule by id',
  note: 'In the set, jobs are spread over an hour, but for the case that says otherwise. node-resque has no ids: it removes by arguments. It and bee-queue cannot reschedule.',
  cases: [
    caseOf('in a set of 10,000', 10_000, { others: peers, budget: { atLeast: 10_000 } }),
    caseOf('in a set of 100,000', 100_000, { others: peers, budget: { atLeast: 10_000 } }),
    caseOf('in a set of 1,000,000', 1_000_000, { budget: { atLeast: 10_000 } }),
    caseOf('in a set of 100,000 all due in one second', 100_000, { seconds: 1 }),
  ],
  async prepare(context) {
    const { size, seconds } = context.case
    const count = context.quick ? size / 10 : size
    const firstMs = 1000 * Math.ceil(Date.now() / 1000 + hourSeconds)
    const producer = await context.producer()
    const every = Math.max(1, Math.floor(count / (2 * (oneByOne + parallel))))
    const chosen = []
    for (let from = 0; from < count; from += 50_000) {
      const indexes = range(Math.min(50_000, count - from))
      const due = (index) => firstMs + 1000 * ((from + index) % seconds)
      const handles = await producer.bulk(
        indexes.map((index) => ({ dueMs: due(index), args: argsOf(from + index) })),
      )
      for (let index = 0; index < handles.length; index += every) chosen.push(handles[index])
    }
    await producer.close()
    return { chosen, laterMs: firstMs + 7_200_000 }
  },
  async run(context) {
    const { chosen, laterMs } = context.prepared
    const producer = await context.producer()
    const quarter = Math.floor(chosen.length / 10)
    const take = (share) => chosen.splice(0, share)
    const cancel = (handle) => producer.cancel(handle)
    const move = (handle) => producer.reschedule(handle, laterMs + 1000 * Math.floor(Math.random() * 3600))
    const result = {
      cancelUs: await oneEach(take(quarter), cancel),
      cancelPerSecond: await many(context.port, take(quarter * 4), cancel),
    }
    if (producer.reschedule === undefined) return result
    result.rescheduleUs = await oneEach(take(quarter), move)
    result.reschedulePerSecond = await many(context.port, take(quarter * 4), move)
    return result
  },
}
