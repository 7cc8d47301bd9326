// The steady load of the soak: what is enqueued in each tenth of a second, and what recurs.

export const tickMs = 100

const everySecond = { catch_up: 'all', class: 'Recurring', queue: 'soak' }

/** The schedule file, and how far apart the runs of each entry are. */
export const schedule = {
  'every second': { cron: '* * * * * *', ...everySecond },
  'one second apart': { every: '1s', ...everySecond },
  'five seconds apart': { every: '5s', ...everySecond },
}
export const runsEveryMs = { 'every second': 1_000, 'one second apart': 1_000, 'five seconds apart': 5_000 }

/** A whole second that is at least `ms` away. */
const secondIn = (ms) => 1000 * Math.ceil((Date.now() + ms) / 1000)

/** Numbers the jobs, and counts them by their kind. */
function newTally() {
  const counts = { immediate: 0, delayed: 0, bulk: 0, flaky: 0, doomed: 0, cancelled: 0 }
  let added = 0
  const next = (kind) => {
    counts[kind]++
    return added++
  }
  return { next, report: () => ({ added, counts }) }
}

function immediate(resque, { next }) {
  return resque.enqueue('Plain', next('immediate'), Date.now())
}

function delayed(resque, { next }, ms) {
  const dueMs = secondIn(ms)
  return resque.enqueueAt(new Date(dueMs), 'Plain', next('delayed'), dueMs)
}

/** Every second one is delayed. */
function bulkItem({ next }, index) {
  const dueMs = index % 2 === 0 ? Date.now() : secondIn(2_000)
  const at = index % 2 === 0 ? {} : { at: new Date(dueMs) }
  return { job: 'Plain', queue: 'soak', args: [next('bulk'), dueMs], ...at }
}

/** Jobs that are cancelled a second after they were delayed. */
function cancelling(resque, ledger, { next }) {
  const waiting = []
  // Half a minute ahead: no pause of a busy machine makes it due before it is cancelled.
  const add = async () => {
    const index = next('cancelled')
    const id = await resque.enqueueAt(new Date(secondIn(30_000)), 'Plain', index, Date.now())
    waiting.push({ index, id })
  }
  const cancel = async ({ index, id }) => {
    if (await resque.cancel(id)) await ledger.end('cancelled', index)
  }
  return {
    tick: () => [add(), ...waiting.splice(0, Math.max(0, waiting.length - 1_000 / tickMs)).map(cancel)],
    finish: () => Promise.all(waiting.map(cancel)),
  }
}

const each = (count, act) => Array.from({ length: count }, (_, index) => act(index))

/** -> tick(number), which enqueues what belongs to that tick; finish() -> { added, counts } of all ticks */
export function steadyLoad(resque, ledger) {
  const tally = newTally()
  const { tick: cancelSome, finish: cancelRest } = cancelling(resque, ledger, tally)
  const tick = async (number) => {
    const calls = [...cancelSome(), resque.enqueue('Flaky', tally.next('flaky'))]
    calls.push(...each(4, () => immediate(resque, tally)))
    calls.push(...each(4, (index) => delayed(resque, tally, 1_000 * (1 + index))))
    if (number % 5 === 0) calls.push(resque.enqueue('Doomed', tally.next('doomed')))
    if (number % 10 === 0) calls.push(resque.enqueueBulk(each(40, (index) => bulkItem(tally, index))))
    await Promise.all(calls)
  }
  const finish = async () => {
    await cancelRest()
    return tally.report()
  }
  return { tick, finish }
}
