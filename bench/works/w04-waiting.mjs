// W4: how fast one worker process works off jobs that wait and do nothing.

import { fillQueue, workOff } from '../bare.mjs'
import { costs, rate } from '../metrics.mjs'
import { argsOf, range } from '../payloads.mjs'
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

/** Jobs that do nothing may be taken ahead, however many are performed at a time: one hand is filled while the other is worked off. */
async function bare(port, count) {
  await workOff(port, { count, lanes: 2, size: 100, perform: () => undefined })
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
  note: 'Of 50,000 jobs, after a tenth of them; at most 20 s. The limit takes 100 jobs in a call (LPOP, RPUSH into a hand, DEL of what was in it before) and has two such hands, in each case: nothing keeps a worker from taking jobs ahead.',
  cases: [caseOf(1), caseOf(10), caseOf(50)],
  async prepare(context) {
    if (context.system === 'limit') return fillQueue(context.port, total(context.quick))
    const items = range(total(context.quick)).map((index) => ({ args: argsOf(index) }))
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
  limit: (context) => measure(context.port, () => bare(context.port, total(context.quick))),
}
