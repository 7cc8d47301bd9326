// resque as a whole: words it does not know, Redis that is not there; and workers, stats, recurring.

import { expect, test } from 'vitest'
import { runProgram } from '../support/child.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'
import { callerOf } from './resque-call.ts'

class Held {
  static queue = 'low'
  static until: Promise<void> = Promise.resolve()
  perform(): Promise<void> {
    return Held.until
  }
}

test.each([
  [['enqueu', 'X'], 'there is no command "enqueu". Did you mean "enqueue"?'],
  [['queues', 'puase', 'mail'], 'there is no command "queues puase". Did you mean "pause"?'],
  [['queues', 'puase'], 'there is no command "queues puase". Did you mean "pause"?'],
  [['failed', '--jsn'], '--json'],
])('%j is exit code 2 and names the nearest', async (words, message) => {
  const { code, err } = await callerOf(world())(...words)
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) })
})

test('every command explains itself', async () => {
  const call = callerOf(world())
  const { out } = await call('--help')
  const names = [...out.matchAll(/^ {2}([a-z]+) .*[a-z]$/gm)].map(([, name = '']) => name)
  expect(names).toEqual(expect.arrayContaining(['enqueue', 'status', 'queues', 'delayed', 'failed', 'dev']))
  for (const name of names.filter((word) => word !== 'help' && word !== 'resque')) {
    expect(await call(name, '--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining(`resque ${name}`),
    })
  }
})

test('the program of bin/ answers, and ends by itself', async () => {
  const { url, namespace, resque } = world()
  await resque.enqueueTo('mail', 'A')
  const program = runProgram('resque', ['queues', '--json', '--redis', url, '--namespace', namespace])
  expect(await program.exit).toEqual({ code: 0, signal: null })
  expect(program.stdout()).toBe('[{"name":"mail","size":1,"paused":false}]\n')
})

test('without Redis it says where it looked, without the password, and is exit code 1', async () => {
  const call = callerOf(world())
  const { code, out, err } = await call('stats', '--redis', 'redis://:secret@127.0.0.1:1')
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^resque: Redis at redis:\/\/127\.0\.0\.1:1 failed: .*ECONNREFUSED/)
  expect(err).not.toContain('secret')
})

test('workers shows who has which job in hand', async () => {
  const here = world()
  let finish = (): void => undefined
  Held.until = new Promise((resolve) => {
    finish = resolve
  })
  await here.worker({ queues: 'low', jobs: [Held], concurrency: 2 }).start()
  await here.resque.enqueue(Held)
  const call = callerOf(here)
  await eventually(async () => {
    expect((await call('workers')).out).toMatch(
      new RegExp(`:${process.pid}:low +running +1/2 +0 +\\d+ MB +- +Held\\(\\) {2}`),
    )
  })
  const list = (await call('workers', '--json')).json()
  expect(list).toEqual([
    expect.objectContaining({
      pid: process.pid,
      queues: ['low'],
      state: 'running',
      slots: 2,
      jobs: [expect.objectContaining({ class: 'Held', args: [] })],
    }),
  ])
  finish()
})

test('stats tells the numbers of the whole system', async () => {
  const here = world()
  await here.resque.enqueueTo('mail', 'A')
  await here.resque.enqueueInWithQueue('mail', 60, 'A')
  const call = callerOf(here)
  expect((await call('stats')).out).toMatch(
    /^waiting {5}1 {2}jobs in queues\n {12}1 {2}in mail\ndelayed {5}1 {2}/m,
  )
  expect((await call('stats', '--json')).json()).toEqual(
    JSON.parse(JSON.stringify(await here.resque.stats())),
  )
})

const schedule =
  '{"beat": {"every": "1h", "class": "Heartbeat", "queue": "low"}, "by_hand": {"class": "X", "queue": "low"}}\n'

test('recurring tells of the entries of a schedule when they ran and run', async () => {
  const here = world()
  const lastMs = Date.now() - 600_000
  await here.redis.hset(here.rooms.recurring('').keys.last, 'beat', String(lastMs), 'gone', String(-lastMs))
  const call = callerOf(here)
  const { json } = await call('recurring', '--schedule', schedule, '--json')
  const nextRun = new Date(Math.ceil((lastMs + 3_600_000) / 1000) * 1000).toISOString()
  expect(json()).toMatchObject([
    {
      name: 'beat',
      timing: 'every hour',
      lastRun: new Date(lastMs).toISOString(),
      nextRun,
      inSchedule: true,
    },
    { name: 'by_hand', timing: 'by hand only', lastRun: null, nextRun: null },
    { name: 'gone', lastRun: null, nextRun: null, inSchedule: false },
  ])
  expect((await call('recurring', '--schedule', schedule)).out).toMatch(
    /^beat +every hour +\S+Z +\S+Z \(in .*Heartbeat\(\)/m,
  )
})

test('recurring without a schedule tells what Redis knows', async () => {
  const here = world()
  await here.redis.hset(
    here.rooms.recurring('').keys.last,
    'beat',
    String(Date.parse('2026-01-01T00:00:00Z')),
  )
  const { code, out } = await callerOf(here)('recurring')
  expect(code).toBe(0)
  expect(out).toMatch(/^beat {3}2026-01-01T00:00:00Z$/m)
})

test('recurring with a schedule that cannot be read is exit code 2', async () => {
  expect(await callerOf(world())('recurring', '--schedule', '/nowhere.yml')).toMatchObject({ code: 2 })
})
