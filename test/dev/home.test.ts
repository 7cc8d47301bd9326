// Which schedule and which jobs are taken.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { homeOf, packageRoot, readHomeSchedule, shownPath } from '../../src/dev/home.ts'

const examples = { jobs: [join(packageRoot, 'examples', 'jobs')], hasExamples: true }

async function project(...files: string[]): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'resque-home-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  for (const folder of ['schedules', 'jobs']) {
    if (files.some((file) => file.startsWith(`${folder}/`))) await mkdir(join(cwd, folder))
  }
  for (const file of files) await writeFile(join(cwd, file), '')
  return cwd
}

test('in an empty folder both come with the package', async () => {
  const cwd = await project()
  const schedule = join(packageRoot, 'schedules', 'app.json')
  expect(homeOf({ cwd, schedule: null, jobs: [] })).toEqual({ schedule, ...examples })
})

test.each([
  [['schedules/app.yml', 'schedules/other.yml', 'schedule.yml'], 'schedules/app.yml'],
  [['schedules/other.yml', 'schedule.yml'], 'schedules'],
  [['schedule.yml'], 'schedule.yml'],
])('of %j the schedule is %s', async (files, expected) => {
  const cwd = await project(...files)
  expect(homeOf({ cwd, schedule: null, jobs: [] })).toEqual({ schedule: join(cwd, expected), ...examples })
})

test('./jobs goes with a schedule of its own', async () => {
  const own = await project('schedule.yml', 'jobs/mail.js')
  expect(homeOf({ cwd: own, schedule: null, jobs: [] })).toMatchObject({
    jobs: [join(own, 'jobs')],
    hasExamples: false,
  })
  const without = await project('jobs/mail.js')
  expect(homeOf({ cwd: without, schedule: null, jobs: [] })).toMatchObject(examples)
})

test('jobs that are named run without the schedule of the package', async () => {
  const cwd = await project()
  expect(homeOf({ cwd, schedule: null, jobs: ['mine'] })).toEqual({
    schedule: null,
    jobs: [join(cwd, 'mine')],
    hasExamples: false,
  })
})

test('bad entries are told and the good ones are taken', () => {
  const told: string[] = []
  const text = '{"good": {"every": "1h", "queue": "q"},\n "bad": {"cron": "x", "queue": "q"}}'
  const { entries } = readHomeSchedule(
    text,
    () => null,
    (problem) => told.push(problem),
  )
  expect(entries.map(({ name }) => name)).toEqual(['good'])
  expect(told).toEqual([expect.stringMatching(/bad\.cron/)])
})

test('without a good entry it is refused', () => {
  expect(() =>
    readHomeSchedule(
      '{"bad": {"cron": "x"}}\n',
      () => null,
      () => undefined,
    ),
  ).toThrow(/bad\.cron/)
})

test('paths are shown from the current folder, unless they lie outside', () => {
  expect(shownPath('/a/b', '/a/b/c.json')).toBe('c.json')
  expect(shownPath('/a/b', '/a/c.json')).toBe('/a/c.json')
  expect(shownPath('/a/b', '/a/b')).toBe('.')
})
