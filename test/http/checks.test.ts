// What becomes of what was seen: checks, in words.

import { expect, test } from 'vitest'
import { checkLeader, checkLock, checkRecurring, checkWorkers, spanText } from '../../src/http/checks.ts'
import type { LocksView, LockView } from '../../src/scheduler/lock-view.ts'

const free = { holder: null, format: null, endsInMs: null, isEndless: false, heardMsAgo: null, sinceMs: null }
const shared: LockView = { kind: 'shared', appName: '', key: 'k', ...free }
const node: LockView = { kind: 'node-resque', appName: '', key: 'n', ...free }
const nodeHeld: LockView = { ...node, holder: 'node-1', format: 'node-resque', endsInMs: 180_000 }

function view(...locks: LockView[]): LocksView {
  return { locks, standby: null }
}

test('a scheduler of node-resque leads as well, when it is the only one', () => {
  expect(checkLeader(view(shared, nodeHeld))).toMatchObject({ ok: true, why: 'node-1 (node-resque) leads' })
  expect(checkLeader(view(shared, node)).ok).toBe(false)
})

test("node-resque's scheduler beside another is told", () => {
  const ours: LockView = { ...shared, holder: 'web1:17', format: 'Ruby', endsInMs: 180_000 }
  expect(checkLock(view(ours, node)).ok).toBe(true)
  const both = checkLock(view(ours, nodeHeld))
  expect(both).toMatchObject({
    ok: false,
    why: expect.stringMatching(/node-1 leads beside web1:17: jobs may/),
  })
})

test('a long list of names is cut', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const entries = names.map((name) => ({ name, appName: '', plannedMs: 0 }))
  const { why } = checkRecurring([{ entries, inForce: 9, isTooMany: false }], 60_000)
  expect(why).toMatch(/^7 recurring entries are overdue: a by 60 s, .* e by 60 s and 2 more$/)
})

test('queues beyond the limit are not taken to be worked', () => {
  const none = { nextDueSeconds: null, dueSeconds: 0, delayedJobs: 0, overdueJobs: 0, failedJobs: 0 }
  const counts = { workers: 0, processed: 0, failed: 0, allPaused: false, redisNowMs: 0 }
  const { why } = checkWorkers({ ...none, ...counts, queueCount: 900, queues: [] }, () => true)
  expect(why).toBe('every queue of the first 0 that holds jobs has a worker')
})

test('a span is told in its unit', () => {
  const spans = [1_000, 119_000, 600_000, 9_000_000, 400_000_000]
  expect(spans.map(spanText)).toEqual(['1 s', '119 s', '10 min', '2.5 h', '4.6 days'])
})
