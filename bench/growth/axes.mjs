// Along what a work grows, how far, and what is said of it.

/** The cost per job at the largest point may be so many times that of the point it is compared with. */
export const flatWithin = 1.5

const jobs = { jobs: 100_000, queues: 1, processes: 1, namespaces: 1 }
const quickJobs = 4_000

/**
 * name -> what varies, over which points, for which works, what stays as it is, and how that is said.
 *   against   what the largest point is compared with: the best of the smaller ones, or the first; with two processes
 *             each may have a core of its own, which is no merit of ours, and with eight no loss
 */
export const axes = {
  jobs: {
    title: 'jobs',
    against: 'best',
    works: ['W2', 'W4', 'W6', 'W7', 'W8'],
    points: [1_000, 10_000, 100_000, 1_000_000],
    quick: [1_000, 10_000],
    rest: { ...jobs },
    said: '',
  },
  queues: {
    title: 'queues',
    against: 'best',
    works: ['W2', 'W4', 'W7'],
    points: [1, 10, 100, 1_000],
    quick: [1, 10, 100],
    rest: { ...jobs },
    said: '; 100,000 jobs, from one queue after the other in turn',
  },
  processes: {
    title: 'worker processes',
    against: 'first',
    works: ['W2', 'W4'],
    points: [1, 2, 4, 8],
    quick: [1, 2],
    rest: { ...jobs },
    said: '; 100,000 jobs of one queue',
  },
  namespaces: {
    title: 'namespaces',
    against: 'first',
    works: ['W2', 'W7'],
    points: [1, 2, 4, 8],
    quick: [1, 2],
    rest: { ...jobs, jobs: 50_000 },
    said: '; each namespace has 50,000 jobs, a redis-server and a scheduler of its own',
  },
}

const us = (key, name) => ({ key, name, unit: 'µs' })

/** What is measured: a title, the figures (each a line of the chart), and what stands for "per job". */
export const growing = {
  W2: {
    title: 'Jobs due at once',
    figures: [us('usPerJob', 'per job')],
    costs: true,
    note: 'from the start of the scheduler until the last job is performed, 50 at a time in each process',
  },
  W4: {
    title: 'Waiting jobs worked off',
    figures: [us('usPerJob', 'per job')],
    costs: true,
    note: '50 at a time in each process',
  },
  W6: {
    title: 'Redis memory per delayed job',
    figures: [{ key: 'bytesPerJob', name: 'bytes per job', unit: 'bytes' }],
    note: 'spread over an hour',
  },
  W7: {
    title: 'Due jobs promoted into their queues',
    figures: [us('usPerJob', 'per job')],
    costs: true,
    note: 'all due in one second, one pass of the scheduler',
  },
  W8: {
    title: 'Cancel and reschedule by id',
    figures: [us('cancelUs', 'cancel'), us('rescheduleUs', 'reschedule')],
    note: 'in a set of so many delayed jobs, 100 calls in flight',
  },
}

/** The points of a work along an axis, smallest first: { x, and all that a probe is told }. */
export function pointsOf(axis, quick) {
  const { points, quick: few, rest } = axes[axis]
  const base = quick ? { ...rest, jobs: quickJobs } : rest
  const timesJobs = (x) => (axis === 'namespaces' ? { jobs: x * base.jobs } : {})
  return (quick ? few : points).map((x) => ({ x, point: { ...base, ...timesJobs(x), [axis]: x } }))
}
