// W8: a delayed job is cancelled, or moved to another time, by its id; among few others and among many.

import { bucketKey, delay, payloadOf, scheduleKey } from '../bare.mjs'
import { argsOf, chunks, inFlight, range } from '../payloads.mjs'
import { measure, percentile } from '../stopwatch.mjs'
import { openWire } from '../wire.mjs'

const hourSeconds = 3_600
const oneByOne = 400
const parallel = 1_600
const peers = ['bullmq', 'bee-queue', 'node-resque', 'limit']

function caseOf(name, size, { seconds = hourSeconds, others = [], budget = {}, byArgs = true } = {}) {
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
      ...(byArgs && {
        byArgsPerSecond: {
          title: 'cancel by class and args, 100 in flight',
          unit: '/s',
          better: 'higher',
          ...budget,
        },
      }),
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

async function many(port, handles, carry) {
  const result = await measure(port, async () => {
    await carry(handles)
    return handles.length
  })
  return result.perSecond
}

/** One job's way out of its bucket, and into another: what must be sent when its payload and second are known. */
const bareCancel = ([due, payload]) => [['LREM', bucketKey(due), 1, payload]]
const bareMove = (handle, laterMs) => {
  const due = laterMs / 1000
  return [...bareCancel(handle), ['RPUSH', bucketKey(due), handle[1]], ['ZADD', scheduleKey, due, due]]
}

async function prepareBare(port, size, firstMs) {
  const wire = openWire(port)
  const due = (index) => firstMs / 1000 + (index % hourSeconds)
  await inFlight(range(Math.min(size, hourSeconds)), 100, (second) => {
    const payloads = []
    for (let index = second; index < size; index += hourSeconds) payloads.push(payloadOf(index))
    return delay(wire, due(second), payloads)
  })
  wire.close()
  const indexes = range(Math.ceil(size / everyOf(size))).map((index) => index * everyOf(size))
  return indexes.map((index) => [due(index), payloadOf(index)])
}

/** Of so many jobs, which are cancelled or moved: each so-manieth, from all over the set. */
function everyOf(count) {
  return Math.max(1, Math.floor(count / (2 * (oneByOne + parallel))))
}

/** Compiles the code: otherwise a small set, where little is done, would measure that. No other job has these arguments. */
async function warmUp(producer) {
  const dueMs = 1000 * Math.ceil(Date.now() / 1000 + 86_400)
  const handles = await producer.bulk(range(600).map((index) => ({ dueMs, args: argsOf(9_000_000 + index) })))
  await inFlight(handles.splice(0, 300), 100, (handle) => producer.cancel(handle))
  if (producer.reschedule !== undefined)
    await inFlight(handles, 100, (handle) => producer.reschedule(handle, dueMs + 3_600_000))
}

function sizeOf({ size, quick, case: { size: whole } }) {
  return size ?? (quick ? whole / 10 : whole)
}

function someSecond(fromMs) {
  return fromMs + 1000 * Math.floor(Math.random() * hourSeconds)
}

export const work = {
  id: 'W8',
  title: 'Cancel and reschedule by id, cancel by class and args',
  note: 'In the set, jobs are spread over an hour, but for the case that says otherwise. node-resque has no ids: it removes by arguments. It and bee-queue cannot reschedule, and bullmq and bee-queue know no arguments. The limit knows payload and second of each: LREM, and for rescheduling RPUSH and ZADD; 100 jobs in one write.',
  cases: [
    caseOf('in a set of 10,000', 10_000, { others: peers, budget: { atLeast: 10_000 } }),
    caseOf('in a set of 100,000', 100_000, { others: peers, budget: { atLeast: 10_000 } }),
    caseOf('in a set of 1,000,000', 1_000_000, { others: ['limit'], budget: { atLeast: 10_000 } }),
    caseOf('in a set of 100,000 all due in one second', 100_000, { seconds: 1, byArgs: false }),
  ],
  async prepare(context) {
    const { seconds } = context.case
    const count = sizeOf(context)
    const firstMs = 1000 * Math.ceil(Date.now() / 1000 + hourSeconds)
    const laterMs = firstMs + 7_200_000
    if (context.system === 'limit')
      return { chosen: await prepareBare(context.port, count, firstMs), laterMs }
    const producer = await context.producer()
    const every = everyOf(count)
    const [chosen, neighbours] = [[], []]
    for (let from = 0; from < count; from += 50_000) {
      const indexes = range(Math.min(50_000, count - from))
      const due = (index) => firstMs + 1000 * ((from + index) % seconds)
      const handles = await producer.bulk(
        indexes.map((index) => ({ dueMs: due(index), args: argsOf(from + index) })),
      )
      for (let index = 0; index < handles.length; index += every) {
        chosen.push(handles[index])
        if (index + 1 < handles.length) neighbours.push(argsOf(from + index + 1))
      }
    }
    await producer.sortIndex?.()
    await producer.close()
    return { chosen, neighbours, laterMs }
  },
  async run(context) {
    const { chosen, neighbours, laterMs } = context.prepared
    const producer = await context.producer()
    await warmUp(producer)
    const tenth = Math.floor(chosen.length / 10)
    const take = (tenths) => chosen.splice(0, tenths * tenth)
    const cancel = (handle) => producer.cancel(handle)
    const move = (handle) => producer.reschedule(handle, someSecond(laterMs))
    const all = (act) => (handles) => inFlight(handles, 100, act)
    const result = {
      cancelUs: await oneEach(take(1), cancel),
      cancelPerSecond: await many(context.port, take(4), all(cancel)),
    }
    if (context.case.metrics.byArgsPerSecond && producer.cancelByArgs) {
      const some = neighbours.slice(0, 4 * tenth)
      result.byArgsPerSecond = await many(
        context.port,
        some,
        all((args) => producer.cancelByArgs(args)),
      )
    }
    if (producer.reschedule === undefined) return result
    result.rescheduleUs = await oneEach(take(1), move)
    result.reschedulePerSecond = await many(context.port, take(4), all(move))
    return result
  },
  async limit({ port, prepared: { chosen, laterMs } }) {
    const wire = openWire(port)
    const tenth = Math.floor(chosen.length / 10)
    const take = (tenths) => chosen.splice(0, tenths * tenth)
    const move = (handle) => bareMove(handle, someSecond(laterMs))
    const call = async (commands) => (await wire.call(commands))[0] === 1
    const joined = (make) => (handles) =>
      inFlight(chunks(handles, 50), 2, (part) => wire.call(part.flatMap(make)))
    return {
      cancelUs: await oneEach(take(1), (handle) => call(bareCancel(handle))),
      cancelPerSecond: await many(port, take(4), joined(bareCancel)),
      rescheduleUs: await oneEach(take(1), (handle) => call(move(handle))),
      reschedulePerSecond: await many(port, take(4), joined(move)),
    }
  },
}
