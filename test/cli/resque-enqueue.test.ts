// resque enqueue: what becomes of words, flags and times.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { world } from '../support/world.ts'
import { callerOf } from './resque-call.ts'

test('prints the id of a job that waits in the queue named', async () => {
  const here = world()
  const { code, out } = await callerOf(here)('enqueue', 'SendEmail', 'ann@example.com', '--queue', 'mail')
  expect(code).toBe(0)
  const [payload = ''] = await here.resque.queues.peek('mail')
  const job = { class: 'SendEmail', args: ['ann@example.com'], queue: 'mail', id: out.trim() }
  expect(JSON.parse(payload)).toMatchObject(job)
})

test('words that read as JSON become numbers, truth values, lists and maps; all others stay texts', async () => {
  const here = world()
  const words = [
    '7',
    '-2.5',
    'true',
    'null',
    '[1]',
    '{"a":1}',
    '007',
    'a b',
    '',
    '{no',
    '12345678901234567890',
  ]
  await callerOf(here)('enqueue', 'X', '-q', 'low', '--', ...words)
  const [payload = ''] = await here.resque.queues.peek('low')
  const texts = ['007', 'a b', '', '{no', '12345678901234567890']
  expect(JSON.parse(payload)).toMatchObject({ args: [7, -2.5, true, null, [1], { a: 1 }, ...texts] })
})

test('a negative number needs no dashes before it', async () => {
  const here = world()
  expect(await callerOf(here)('enqueue', 'X', '-5', '-q', 'low')).toMatchObject({ code: 0 })
  const [payload = ''] = await here.resque.queues.peek('low')
  expect(JSON.parse(payload)).toMatchObject({ args: [-5] })
})

test('--args-json takes all arguments as they are', async () => {
  const here = world()
  const call = callerOf(here)
  const { json } = await call('enqueue', 'X', '-q', 'low', '--args-json', '["7", 7]', '--json')
  expect(json()).toMatchObject({ class: 'X', args: ['7', 7], queue: 'low' })
  expect(await call('enqueue', 'X', '-q', 'low', '--args-json', '{')).toMatchObject({ code: 2 })
  expect(await call('enqueue', 'X', '-q', 'low', '--args-json', '7')).toMatchObject({ code: 2 })
  expect(await call('enqueue', 'X', 'word', '-q', 'low', '--args-json', '[]')).toMatchObject({ code: 2 })
})

test.each([
  ['--at', '4102444800', '2100-01-01T00:00:00.000Z'],
  ['--at', '2100-01-01T00:00:00Z', '2100-01-01T00:00:00.000Z'],
])('%s %s delays the job until then', async (flag, time, due) => {
  const here = world()
  const { out } = await callerOf(here)('enqueue', 'X', '-q', 'low', flag, time)
  const status = await here.resque.status(out.trim())
  expect(status).toMatchObject({ state: 'delayed', queue: 'low', dueAt: new Date(due) })
})

test('--in takes seconds and durations', async () => {
  const here = world()
  const before = Date.now()
  for (const [text, seconds] of [
    ['90', 90],
    ['5m', 300],
    ['1h30m', 5400],
  ] as const) {
    const { out } = await callerOf(here)('enqueue', 'X', '-q', 'low', '--in', text)
    const due = (await here.resque.status(out.trim()))?.dueAt?.getTime() ?? 0
    expect(due - before).toBeGreaterThanOrEqual(seconds * 1000)
    expect(due - Date.now()).toBeLessThanOrEqual((seconds + 1) * 1000)
  }
})

test.each([
  [['--at', 'tomorrow'], /--at is "tomorrow": this is no time/],
  [['--in', 'soon'], /--in: "soon" is no duration/],
  [['--in', '5', '--at', '7'], /both given/],
])('%j is refused before anything is written', async (flags, message) => {
  const here = world()
  const { code, err } = await callerOf(here)('enqueue', 'X', '-q', 'low', ...flags)
  expect(code).toBe(2)
  expect(err).toMatch(message)
  expect(await here.allKeys()).toEqual([])
})

async function projectWithJob(): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'resque-cli-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  await mkdir(join(cwd, 'jobs'))
  await writeFile(join(cwd, 'jobs', 'mail.mjs'), "export class Mail { static queue = 'post'; perform() {} }")
  return cwd
}

test('without --queue the job goes to the queue that its class in ./jobs names', async () => {
  const here = world()
  const call = callerOf(here, { cwd: await projectWithJob() })
  expect(await call('enqueue', 'Mail')).toMatchObject({ code: 0 })
  expect(await here.resque.queues.size('post')).toBe(1)
})

test('without any queue the job is refused', async () => {
  const here = world()
  const { code, err } = await callerOf(here, { cwd: await projectWithJob() })('enqueue', 'Mial')
  expect(code).toBe(2)
  expect(err).toMatch(/which queue is Mial to go to\? .*--queue mail.* Did you mean "Mail"\?/)
})
