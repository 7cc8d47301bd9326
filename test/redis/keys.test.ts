// The names of all keys, as the other systems know them and as they must stay.

import { expect, it } from 'vitest'
import { keysOf } from '../../src/redis/keys.ts'

const keys = keysOf('resque')

it('names the keys that are shared with Ruby, PHP and Node as they do', () => {
  expect([keys.queues, keys.queue('mail'), keys.queuePrefix]).toEqual([
    'resque:queues',
    'resque:queue:mail',
    'resque:queue:',
  ])
  expect(keys.schedule).toBe('resque:delayed_queue_schedule')
  expect([keys.bucket(1_795_399_580), keys.bucketPrefix]).toEqual([
    'resque:delayed:1795399580',
    'resque:delayed:',
  ])
  expect(keys.timestampsPrefix).toBe('resque:timestamps:')
  expect([keys.workers, keys.heartbeats]).toEqual(['resque:workers', 'resque:workers:heartbeat'])
  expect([keys.worker('web1:1:q'), keys.workerPrefix]).toEqual(['resque:worker:web1:1:q', 'resque:worker:'])
  expect(keys.workerStarted('web1:1:q')).toBe('resque:worker:web1:1:q:started')
  expect([keys.failed, keys.pauseAll]).toEqual(['resque:failed', 'resque:pause-all-workers'])
  expect([keys.processed, keys.failedCount]).toEqual(['resque:stat:processed', 'resque:stat:failed'])
  expect([keys.status('2ac8'), keys.jobPrefix]).toEqual(['resque:job:2ac8:status', 'resque:job:'])
  expect(keys.recurring('').dynamic).toBe('resque:persistent_schedules')
  expect(keys.lastEnqueuedAt).toBe('resque:delayed:last_enqueued_at')
})

it("names the leader's lock with the namespace twice, as redis-namespace makes it", () => {
  expect(keys.leader).toBe('resque:resque:resque_scheduler_master_lock')
  expect(keysOf('app').leader).toBe('app:app:resque_scheduler_master_lock')
})

it('names keys of its own so that nobody who looks for delayed buckets meets them', () => {
  const own = [
    keys.processes,
    keys.processIds,
    keys.processInfo,
    keys.ordered,
    keys.pausedQueues,
    keys.attempts,
    keys.deaths,
    keys.wake,
    keys.settled,
  ]
  const more = [
    keys.delayedIndexPrefix,
    keys.recurring('shop').last,
    keys.recurring('').jobs,
    keys.orders('5f2c'),
    keys.progress('2ac8'),
    keys.jobLog('2ac8'),
  ]
  expect(own.map((key) => key.slice(7))).toEqual([
    'processes',
    'process_ids',
    'process_info',
    'orders',
    'paused_queues',
    'attempts',
    'deaths',
    'wake',
    'settled',
  ])
  expect(more.map((key) => key.slice(7))).toEqual([
    'delayed_index:',
    'recurring_last:shop',
    'recurring_jobs:',
    'orders:5f2c',
    'job:2ac8:progress',
    'job:2ac8:log',
  ])
})
