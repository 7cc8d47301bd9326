// Worker processes that make way for new ones: after so many jobs, with too much memory, or because they die at once.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freshFolder, startWorker } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import {
  childrenAre,
  childrenOf,
  kill9,
  leftBehind,
  patience,
  performedOn,
  startMaster,
} from '../support/masters.ts'
import { type World, world } from '../support/world.ts'

async function enqueueNotes({ resque }: World, count: number): Promise<void> {
  await resque.enqueueBulk(
    Array.from({ length: count }, (_, index) => ({ job: 'Note', queue: 'notes', args: [String(index)] })),
  )
}

test('a single process ends with exit code 0 after --max-jobs, says why, and leaves the rest in the queue', async () => {
  const home = world()
  await enqueueNotes(home, 8)
  const worker = await startWorker(home, ['--max-jobs', '5', '--concurrency', '1'])
  await worker.waitForLine(/makes way for a new one: it has performed 5 jobs/)
  expect(await worker.exit).toEqual({ code: 0, signal: null })
  expect(await performedOn(home)).toBe(5)
  expect(await home.resque.queues.size('notes')).toBe(3)
  expect(await leftBehind(home)).toEqual([])
})

test('with more slots it finishes what it has in hand by then', async () => {
  const home = world()
  const slow = await home.resque.enqueueTo('waits', 'Wait', 1_000)
  await enqueueNotes(home, 1)
  const worker = await startWorker(home, ['--max-jobs', '1', '--concurrency', '2', '--term-timeout', '0'])
  expect(await worker.exit).toEqual({ code: 0, signal: null })
  expect((await home.resque.status(slow ?? ''))?.state).toBe('complete')
})

test('the processes of a master are replaced after --max-jobs, and every job is performed once', async () => {
  const home = world()
  await enqueueNotes(home, 60)
  const master = await startWorker(home, ['--processes', '2', '--max-jobs', '10', '--concurrency', '1'])
  await eventually(async () => expect(await performedOn(home)).toBe(60), patience)
  const children = await childrenAre(home, master, 2)
  expect(children.every(({ performed }) => performed < 10)).toBe(true)
  const said = master.lines.filter((line) => line.includes('makes way for a new one'))
  expect(said.length).toBeGreaterThanOrEqual(4)
  expect(master.lines.join('\n')).not.toMatch(/ERROR/)
})

test('a process that takes more than --max-memory finishes its jobs and ends', async () => {
  const home = world()
  const worker = await startWorker(home, ['--max-memory', '32'])
  const slow = await home.resque.enqueueTo('waits', 'Wait', 1_500)
  await enqueueNotes(home, 1) // a process that has performed nothing would be no smaller anew
  await worker.waitForLine(/makes way for a new one: its process takes \d+ MB. It finishes 1 job in hand/)
  expect(await worker.exit).toEqual({ code: 0, signal: null })
  expect((await home.resque.status(slow ?? ''))?.state).toBe('complete')
})

test('processes that die as soon as they begin are started after longer and longer pauses', async () => {
  const home = world()
  const master = await startMaster(home, 1)
  let victim = 0
  for (const pause of [/a new one takes its place$/, /in 0\.5 s$/, /in 1\.0 s$/]) {
    await eventually(async () => {
      const [child] = await childrenOf(home, master)
      expect([undefined, victim]).not.toContain(child?.pid)
      victim = child?.pid ?? 0
    }, patience)
    kill9({ pid: victim })
    await eventually(() => {
      const [line] = master.lines.filter((text) => text.includes(`process ${victim} was ended by SIGKILL`))
      expect(line?.replace(/ {2}worker_pid.*/, '')).toMatch(pause)
    }, patience)
  }
})

test('HUP loads new code; when that does not even start, the old processes go on', async () => {
  const home = world()
  const folder = await freshFolder()
  const news = join(folder, 'news.mjs')
  await writeFile(news, 'export class News { perform() { this.job.log("this is old") } }')
  const master = await startWorker(home, ['--processes', '2', '--jobs', folder])
  await childrenAre(home, master, 2)

  await writeFile(news, 'export class News { perform() { this.job.log("this is new") } }')
  master.kill('SIGHUP')
  await home.resque.enqueueTo('waits', 'Wait', 300)
  await master.waitForLine(/renewing 2 processes/)
  await eventually(() => {
    expect(master.lines.filter((line) => line.includes('a new process has taken its place'))).toHaveLength(2)
  }, patience)
  await home.resque.enqueueTo('notes', 'News')
  await master.waitForLine(/News: this is new/)

  await writeFile(news, 'throw new Error("not ready")')
  const before = (await childrenAre(home, master, 2)).map(({ pid }) => pid)
  master.kill('SIGHUP')
  await master.waitForLine(/ended with exit code \d: the processes are not renewed: the old ones go on/)
  expect((await childrenOf(home, master)).map(({ pid }) => pid)).toEqual(before)
})
