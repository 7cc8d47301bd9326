// resque-worker --processes: a master and its processes, with real ones, in what befalls them.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { runProgram } from '../support/child.ts'
import { freshFolder, steeredJobs } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import {
  childrenAre,
  childrenOf,
  kill9,
  leftBehind,
  patience,
  performedOn,
  signalGroup,
  startMaster,
} from '../support/masters.ts'
import { freePort } from '../support/redis-server.ts'
import { type World, world } from '../support/world.ts'

const run = promisify(execFile)
const longMs = 600_000

async function stateOf({ resque }: World, id: string | null): Promise<string | undefined> {
  return (await resque.status(id ?? ''))?.state
}

async function enqueueNotes({ resque }: World, count: number): Promise<(string | null)[]> {
  return resque.enqueueBulk(
    Array.from({ length: count }, (_, index) => ({ job: 'Note', queue: 'notes', args: [String(index)] })),
  )
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('each process is a worker of its own; the pid file and the title of the master are its own', async () => {
  const home = world()
  const pidfile = join(await freshFolder(), 'worker.pid')
  const master = await startMaster(home, 3, ['--pidfile', pidfile])
  const children = await childrenOf(home, master)
  expect(new Set(children.map(({ pid }) => pid)).size).toBe(3)
  expect(children.every(({ pid }) => pid !== master.process.pid)).toBe(true)
  expect((await readFile(pidfile, 'utf8')).trim()).toBe(String(master.process.pid))
  await eventually(async () => {
    const pids = [master.process.pid, ...children.map(({ pid }) => pid)].join(',')
    const { stdout } = await run('ps', ['-o', 'args=', '-p', pids])
    expect(stdout).toMatch(/^resque-\d+\.\d+\.\d+: Master of 3 processes for/m)
    expect(stdout.match(/^resque-\d+\.\d+\.\d+: Waiting for/gm)).toHaveLength(3)
  }, patience)
  master.kill()
  expect(await master.exit).toEqual({ code: 0, signal: null })
  expect(await leftBehind(home)).toEqual([])
})

test('a process that is killed is replaced, and its job is performed by another at once', async () => {
  const home = world()
  const master = await startMaster(home, 2, ['--concurrency', '1'])
  const id = await home.resque.enqueueTo('waits', 'Wait', 2_000)
  await master.waitForLine(/Wait: waiting/)
  const victim = (await childrenOf(home, master)).find(({ jobs }) => jobs.length > 0)
  kill9(victim)
  await master.waitForLine(/was ended by SIGKILL: a new one takes its place/)
  await eventually(async () => expect(await stateOf(home, id)).toBe('complete'), patience)
  const children = await childrenAre(home, master, 2)
  expect(children.map(({ pid }) => pid)).not.toContain(victim?.pid)
})

test('HUP replaces all processes one by one; under load no job is lost and none is performed twice', async () => {
  const home = world()
  const master = await startMaster(home, 2, ['--concurrency', '2'])
  const before = (await childrenOf(home, master)).map(({ pid }) => pid)
  const ids = await enqueueNotes(home, 500)
  const slow = await home.resque.enqueueTo('waits', 'Wait', 1_000)
  master.kill('SIGHUP')
  ids.push(...(await enqueueNotes(home, 500)))
  await eventually(async () => {
    const pids = (await childrenOf(home, master)).map(({ pid }) => pid)
    expect(pids).toHaveLength(2)
    expect(pids.filter((pid) => before.includes(pid))).toEqual([])
    ids.push(...(await enqueueNotes(home, 10)))
  }, patience)
  ids.push(...(await enqueueNotes(home, 100)))
  await eventually(async () => expect(await performedOn(home)).toBe(ids.length + 1), patience)
  expect(await stateOf(home, slow)).toBe('complete')
  master.kill('SIGQUIT')
  expect(await master.exit).toEqual({ code: 0, signal: null })
  expect(await performedOn(home)).toBe(ids.length + 1)
  expect(await home.resque.failed.count()).toBe(0)
  expect(before.some(isThere)).toBe(false)
})

test('a signal to the whole group counts once: jobs may still end within the term timeout', async () => {
  const home = world()
  const master = await startMaster(home, 2, ['--term-timeout', '60'])
  const id = await home.resque.enqueueTo('waits', 'Wait', 1_000)
  await master.waitForLine(/Wait: waiting/)
  signalGroup(master, 'SIGINT')
  expect(await master.exit).toEqual({ code: 0, signal: null })
  expect(await stateOf(home, id)).toBe('complete')
  expect(master.lines.join('\n')).not.toMatch(/told again/)
  expect(await leftBehind(home)).toEqual([])
})

test('a second signal to the group puts the jobs in hand back at once, and no attempt is counted', async () => {
  const home = world()
  const master = await startMaster(home, 2, ['--term-timeout', '600'])
  const id = await home.resque.enqueueTo('waits', 'Deaf', longMs)
  await master.waitForLine(/Deaf: deaf/)
  signalGroup(master, 'SIGINT')
  // One signal that follows another before that is heard is the same to the system.
  await master.waitForLine(/INT: stopping 2 processes/)
  await eventually(() => {
    expect(master.lines.filter((line) => line.includes('told to stop: jobs in hand'))).toHaveLength(2)
  }, patience)
  signalGroup(master, 'SIGINT')
  expect(await master.exit).toEqual({ code: 0, signal: null })
  expect(await stateOf(home, id)).toBe('waiting')
  expect(await home.redis.exists(home.keys.attempts, home.keys.deaths)).toBe(0)
})

test('after kill -9 of the master its processes end as by TERM, and their jobs go back', async () => {
  const home = world()
  const master = await startMaster(home, 2, ['--term-timeout', '0.2'])
  const id = await home.resque.enqueueTo('waits', 'Deaf', longMs)
  await master.waitForLine(/Deaf: deaf/)
  const pids = (await childrenOf(home, master)).map(({ pid }) => pid)
  master.kill('SIGKILL')
  await eventually(() => expect(pids.filter(isThere)).toEqual([]), patience)
  expect(await stateOf(home, id)).toBe('waiting')
  expect(await leftBehind(home)).toEqual([])
})

test('TTIN is a process more, TTOU one less, and the last one stays', async () => {
  const home = world()
  const master = await startMaster(home, 1)
  master.kill('SIGTTIN')
  await childrenAre(home, master, 2)
  master.kill('SIGTTOU')
  const [last] = await childrenAre(home, master, 1)
  master.kill('SIGTTOU')
  await master.waitForLine(/the number of processes stays 1/)
  master.kill('SIGTTIN')
  const pids = (await childrenAre(home, master, 2)).map(({ pid }) => pid)
  expect(pids).toContain(last?.pid)
})

test('USR2 pauses all processes, those that come later too; CONT has them go on', async () => {
  const home = world()
  const master = await startMaster(home, 1)
  master.kill('SIGUSR2')
  await master.waitForLine(/USR2: pausing/)
  master.kill('SIGTTIN')
  const children = await childrenAre(home, master, 2)
  expect(children.map(({ state }) => state)).toEqual(['quiet', 'quiet'])
  const ids = await enqueueNotes(home, 5)
  master.kill('SIGCONT')
  await eventually(async () => expect(await performedOn(home)).toBe(ids.length), patience)
})

test('a process that cannot begin ends the master with its exit code', async () => {
  const home = world()
  await expect(startMaster(home, 2, ['--jobs', 'test/fixtures/jobs/throwing.mjs'])).rejects.toThrow(
    /throwing\.mjs:5.*prices[\s\S]*ended with exit code 2 before it took a job|it ended \(2\)/,
  )
})

test('it can be stopped while its first process waits for Redis', async () => {
  const redis = `127.0.0.1:${await freePort()}`
  const argv = ['--queue', 'notes', '--jobs', steeredJobs, '--redis', redis, '--processes', '2']
  const master = runProgram('resque-worker', argv)
  await master.waitForLine(/Waiting for it/)
  master.kill()
  expect(await master.exit).toEqual({ code: 0, signal: null })
})
