// The pages of a master: one port for all its processes, and what they count added up.

import { expect, test } from 'vitest'
import type { Program } from '../support/child.ts'
import { eventually } from '../support/eventually.ts'
import { childrenAre, childrenOf, kill9, patience, performedOn, startMaster } from '../support/masters.ts'
import { world } from '../support/world.ts'

async function pagesOf(master: Program) {
  const line = await master.waitForLine(/health and metrics: http/)
  const base = /http:\/\/\S+/.exec(line)?.[0]
  const get = async (page: string) => {
    const response = await fetch(`${base}${page}`)
    return { status: response.status, text: await response.text() }
  }
  const sample = async (name: string): Promise<number> => {
    const { text } = await get('/metrics')
    const lines = text
      .split('\n')
      .filter((each) => each.startsWith(name) && /[ {]/.test(each[name.length] ?? ''))
    return lines.reduce((sum, each) => sum + Number(each.split(' ').at(-1)), 0)
  }
  return { get, sample }
}

const args = ['--http', '127.0.0.1:0', '--concurrency', '1']

test('jobs of all processes are added up, and the sum does not fall when a process ends', async () => {
  const home = world()
  const master = await startMaster(home, 2, args)
  const { sample } = await pagesOf(master)
  const notes = (count: number) =>
    home.resque.enqueueBulk(
      Array.from({ length: count }, () => ({ job: 'Note', queue: 'notes', args: [''] })),
    )
  await notes(40)
  await eventually(async () => expect(await sample('resque_worker_jobs_total')).toBe(40), patience)
  expect(await sample('resque_worker_slots')).toBe(2)
  expect(await sample('resque_worker_processes')).toBe(2)
  expect(await sample('resque_worker_build_info')).toBe(1)

  const before = (await childrenOf(home, master)).map(({ pid }) => pid)
  master.kill('SIGHUP')
  await eventually(async () => {
    const pids = (await childrenOf(home, master)).map(({ pid }) => pid)
    expect(pids.filter((pid) => !before.includes(pid))).toHaveLength(2)
    expect(pids).toHaveLength(2)
  }, patience)
  await notes(5)
  await eventually(async () => expect(await performedOn(home)).toBe(45), patience)
  await eventually(async () => expect(await sample('resque_worker_jobs_total')).toBe(45), patience)
  expect(await sample('resque_worker_job_duration_seconds_count')).toBe(45)
})

test('it is ready while one process takes jobs, and tells of those that do not', async () => {
  const home = world()
  const master = await startMaster(home, 2, args)
  const { get } = await pagesOf(master)
  expect((await get('/readyz')).status).toBe(200)
  expect((await get('/healthz')).text).toMatch(/2 of 2 worker processes run/)
  const [first] = await childrenAre(home, master, 2)
  await home.resque.workers.quiet(first?.id ?? '')
  await eventually(async () => {
    const { status, text } = await get('/readyz')
    expect({ status, text }).toEqual({
      status: 200,
      text: expect.stringMatching(`1 of 2 take jobs; process ${first?.pid}: this worker was paused`),
    })
  }, patience)
  master.kill('SIGUSR2')
  await eventually(async () => expect((await get('/readyz')).status).toBe(503), patience)
  expect((await get('/healthz')).status).toBe(200)
})

test('a process that was killed is counted', async () => {
  const home = world()
  const master = await startMaster(home, 2, args)
  const { sample } = await pagesOf(master)
  const [victim] = await childrenOf(home, master)
  kill9(victim)
  await eventually(async () => expect(await sample('resque_worker_processes_died_total')).toBe(1), patience)
  await eventually(async () => expect(await sample('resque_worker_registered')).toBe(2), patience)
})
