// What resque-scheduler does with its schedule, with real processes: loads, fires, reloads, leads, hands over.

import { rename, symlink, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { scheduleFile, startScheduler } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

const tick = 'tick: { every: 1s, class: Tick, queue: ticks }\n'
const yearly = 'yearly: { cron: "0 5 1 1 *", class: Yearly, queue: low, args: [2027] }\n'
const wrongLine = 'wrong: { cron: "99 * * * *", class: Wrong, queue: low }\n'

test('it moves what is due, fires what recurs, and gives the lease up when it is told to stop', async () => {
  const home = world()
  const scheduler = await startScheduler(home, ['--schedule', await scheduleFile(tick)])
  await scheduler.waitForLine(/leading as/)
  expect(await home.redis.exists(home.keys.leader)).toBe(1)
  await home.resque.enqueueInWithQueue('low', 1, 'Later', 7)
  await scheduler.waitForLine(/moved 1 job that was due/)
  await scheduler.waitForLine(/fired tick: Tick to ticks/)
  scheduler.kill()
  expect(await scheduler.exit).toEqual({ code: 0, signal: null })
  expect(await home.redis.exists(home.keys.leader)).toBe(0)
  expect(await home.resque.queues.size('low')).toBe(1)
  expect(await home.resque.queues.size('ticks')).toBeGreaterThan(0)
})

test('a second scheduler stands by and takes over from one that is stopped', async () => {
  const home = world()
  const first = await startScheduler(home)
  await first.waitForLine(/leading as/)
  const second = await startScheduler(home)
  await second.waitForLine(/standing by: \S+ leads/)
  first.kill('SIGINT')
  expect((await first.exit).code).toBe(0)
  await second.waitForLine(/leading as/)
})

test('a second TERM ends it at once, even while Redis does not answer', async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const scheduler = await startScheduler(world({ url: server.url }))
  await scheduler.waitForLine(/leading as/)
  server.pause()
  onTestFinished(() => server.resume())
  scheduler.kill()
  await scheduler.waitForLine(/told to stop/)
  scheduler.kill()
  expect(await scheduler.exit).toEqual({ code: 1, signal: null })
})

test('the good entries run, and those that were left out are named with their place', async () => {
  const home = world()
  const file = await scheduleFile(`${tick}${wrongLine}homeless: { cron: "@daily", class: Nowhere }\n`)
  const scheduler = await startScheduler(home, ['--schedule', file])
  await scheduler.waitForLine(/schedule\.yml:2:\d+: error: wrong\.cron: .*99/)
  await scheduler.waitForLine(/schedule\.yml:3:\d+: error: homeless\.queue: /)
  await scheduler.waitForLine(/left out 2 entries with errors: wrong, homeless/)
  await scheduler.waitForLine(/fired tick/)
})

test('entries of other environments are left out, and said', async () => {
  const file = await scheduleFile(
    `${tick}cards: { cron: "@daily", class: Cards, queue: low, env: production }\n`,
  )
  const here = await startScheduler(world(), ['--schedule', file, '--environment', 'production'])
  await here.waitForLine(/loaded 2 entries/)
  const elsewhere = await startScheduler(world(), ['--schedule', file])
  await elsewhere.waitForLine(/other environments .*: cards/)
})

describe('reloading', () => {
  test('HUP lists what was added, changed, removed and is unchanged', async () => {
    const file = await scheduleFile(`${tick}${yearly}gone: { every: 1h, class: Gone, queue: low }\n`)
    const scheduler = await startScheduler(world(), ['--schedule', file])
    await writeFile(
      file,
      `${tick}${yearly.replace('2027', '2028')}fresh: { every: 1h, class: Fresh, queue: low }\n`,
    )
    scheduler.kill('SIGHUP')
    const line = await scheduler.waitForLine(/reloaded the schedule/)
    expect(line).toMatch(/added fresh; changed yearly; removed gone; 1 entry unchanged/)
  })

  test('a file that has become bad leaves the old schedule in force', async () => {
    const file = await scheduleFile(tick)
    const scheduler = await startScheduler(world(), ['--schedule', file])
    await writeFile(file, wrongLine)
    scheduler.kill('SIGUSR2')
    await scheduler.waitForLine(/schedule\.yml:1:\d+: error: wrong\.cron/)
    await scheduler.waitForLine(/was not reloaded: it has 1 error. The old one stays/)
    const fired = (): number => scheduler.lines.filter((line) => line.includes('fired tick')).length
    const before = fired()
    await eventually(() => expect(fired()).toBeGreaterThan(before))
  })

  test('a file that is gone leaves the old schedule in force', async () => {
    const file = await scheduleFile(tick)
    const scheduler = await startScheduler(world(), ['--schedule', file])
    await unlink(file)
    scheduler.kill('SIGHUP')
    await scheduler.waitForLine(/does not exist/)
    await scheduler.waitForLine(/was not reloaded/)
  })

  test('USR1 prints the entries with their next runs', async () => {
    const file = await scheduleFile(yearly)
    const scheduler = await startScheduler(world(), ['--schedule', file])
    scheduler.kill('SIGUSR1')
    await scheduler.waitForLine(/the schedule has 1 entry; leading/)
    await scheduler.waitForLine(/yearly: Yearly to low, .*, next at 20\d\d-01-01T05:00:00\.000Z/)
  })

  test('with --watch it reloads by itself: a file written anew, renamed over, and a link that leads elsewhere', async () => {
    const file = await scheduleFile(tick)
    const beside = (name: string): string => join(dirname(file), name)
    const link = beside('current.yml')
    await symlink(file, link)
    const scheduler = await startScheduler(world(), ['--schedule', link, '--watch'])
    await writeFile(file, `${tick}written: { every: 1h, class: A, queue: low }\n`)
    await scheduler.waitForLine(/added written/)
    await writeFile(beside('next.yml'), `${tick}renamed: { every: 1h, class: A, queue: low }\n`)
    await rename(beside('next.yml'), file)
    await scheduler.waitForLine(/added renamed; removed written/)
    await writeFile(beside('other.yml'), `${tick}linked: { every: 1h, class: A, queue: low }\n`)
    await symlink(beside('other.yml'), beside('link'))
    await rename(beside('link'), link)
    await scheduler.waitForLine(/added linked; removed renamed/)
  })
})
