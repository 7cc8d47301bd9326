// resque recurring: lists, shows, changes and runs recurring entries.

import { describe, expect, test } from 'vitest'
import { loadSchedule } from '../../src/recurring/file.ts'
import { type World, world } from '../support/world.ts'
import { type Call, callerOf } from './resque-call.ts'

const schedule = `nightly:
  cron: "30 2 * * * Europe/Berlin"
  class: ReportJob
  queue: reports
  args: [daily]
  overlap: skip
`
const digest = '{"every":"1h","class":"Digest","queue":"mail","args":["all"]}'

/** A world with one entry of a file and one of Redis. */
async function stage(): Promise<{ here: World; call: Call }> {
  const here = world()
  const scheduler = here.scheduler({ entries: loadSchedule(schedule).entries })
  await scheduler.start()
  await scheduler.stop()
  const call = callerOf(here)
  await call('recurring', 'set', 'digest', digest)
  return { here, call }
}

describe('list and show', () => {
  test('entries of files and of Redis are listed with what they run and when', async () => {
    const { call } = await stage()
    const { code, out } = await call('recurring')
    expect(code).toBe(0)
    expect(out).toMatch(/^digest +every hour +- +- +\S+Z \(in .*\) +Digest\("all"\) +mail +dynamic$/m)
    expect(out).toMatch(/^nightly +at 02:30 every day, Berlin time .* ReportJob\("daily"\) +reports +file$/m)
    expect(out).toMatch(/2 recurring entries\n$/)
    const listed = (await call('recurring', 'list', '--json')).json()
    expect(listed).toMatchObject([
      { name: 'digest', source: 'dynamic' },
      { name: 'nightly', source: 'file' },
    ])
  })

  test('nothing is known where no scheduler has led', async () => {
    const { code, out } = await callerOf(world())('recurring')
    expect(code).toBe(0)
    expect(out).toMatch(/^0 recurring entries\nentries of a file are known once a scheduler leads/)
  })

  test('--schedule shows a file before any scheduler has read it', async () => {
    const { code, out } = await callerOf(world())('recurring', '--schedule', schedule)
    expect(code).toBe(0)
    expect(out).toMatch(
      /^nightly +at 02:30 every day, Berlin time +- +\S+Z \(in .*\) +ReportJob\("daily"\) +reports$/m,
    )
  })

  test('show tells the settings in words', async () => {
    const { call } = await stage()
    const { out } = await call('recurring', 'show', 'nightly')
    expect(out).toMatch(/from +the schedule file of the scheduler that leads/)
    expect(out).toMatch(/overlap +left out while the job of the run before waits or is running/)
    expect(out).toMatch(/last run +not yet/)
    expect((await call('recurring', 'show', 'nightly', '--json')).json()).toMatchObject({
      config: { overlap: 'skip' },
    })
  })

  test('what somebody else wrote wrongly is shown as wrong', async () => {
    const { here, call } = await stage()
    await here.redis.hset(here.rooms.recurring('').keys.dynamic, 'bad', '{"cron":"99 * * * *","class":"A"}')
    expect((await call('recurring')).out).toMatch(/^bad +never .* wrong /m)
    expect((await call('recurring', 'show', 'bad')).out).toMatch(/problem .*99/)
  })
})

describe('changes', () => {
  test('set adds and changes an entry, remove takes it out', async () => {
    const { here, call } = await stage()
    const changed = await call('recurring', 'set', 'digest', digest.replace('1h', '2h'))
    expect(changed.out).toMatch(/^changed digest; next run \S+Z\n$/)
    expect(await here.resque.recurring.get('digest')).toMatchObject({ every: '2h' })
    expect((await call('recurring', 'set', 'new', digest, '--json')).json()).toMatchObject({
      name: 'new',
      isNew: true,
    })
    expect(await call('recurring', 'remove', 'digest')).toMatchObject({ code: 0, out: 'removed digest\n' })
    expect(await here.resque.recurring.get('digest')).toBeNull()
  })

  test('set says so when a file has an entry of that name', async () => {
    const { call } = await stage()
    const { code, err } = await call('recurring', 'set', 'nightly', digest)
    expect(code).toBe(0)
    expect(err).toContain('the schedule file has an entry "nightly" too')
  })

  test('disable stops an entry for good or until a time, enable lets it run', async () => {
    const { here, call } = await stage()
    expect((await call('recurring', 'disable', 'nightly')).out).toBe('disabled nightly until it is enabled\n')
    expect((await call('recurring')).out).toMatch(/^nightly .* disabled /m)
    expect((await call('recurring', 'enable', 'nightly')).out).toMatch(/^enabled nightly; next run \S+Z\n$/)
    await call('recurring', 'disable', 'digest', '--until', '2999-01-01T00:00:00Z')
    const entry = await here.resque.recurring.get('digest')
    expect(entry).toMatchObject({ enabled: false, disabledUntil: new Date('2999-01-01T00:00:00Z') })
  })

  test('run enqueues the job now, with its arguments or others, and history tells of it', async () => {
    const { here, call } = await stage()
    expect((await call('recurring', 'history', 'digest')).out).toBe('digest has not run yet\n')
    await call('recurring', 'run', 'digest')
    const { id } = (await call('recurring', 'run', 'digest', '--args', '[7]', '--json')).json() as {
      id: string
    }
    expect(await here.resque.status(id)).toMatchObject({ state: 'waiting', queue: 'mail' })
    const jobs = await here.resque.queues.peek('mail', 0, 10)
    expect(jobs.map((text) => JSON.parse(text).args)).toEqual([['all'], [7]])
    const { out } = await call('recurring', 'history', 'digest')
    expect(out).toMatch(new RegExp(`^planned .*\\n.* manual +${id} +waiting\\n`))
    const runs = (await call('recurring', 'history', 'digest', '--count', '1', '--json')).json()
    expect(runs).toMatchObject([{ outcome: 'manual', jobId: id }])
  })

  test('each application has its own entries', async () => {
    const { call } = await stage()
    await call('recurring', 'set', 'sale', digest, '--app-name', 'shop')
    expect((await call('recurring', '--app-name', 'shop', '--json')).json()).toMatchObject([{ name: 'sale' }])
  })
})

describe('what is refused', () => {
  test.each(['show', 'remove', 'enable', 'disable', 'run', 'history'])(
    '%s of an unknown entry is exit code 1, with the nearest name',
    async (command) => {
      const { call } = await stage()
      const { code, err } = await call('recurring', command, 'digets')
      expect(code).toBe(1)
      expect(err).toContain('no recurring entry "digets". Did you mean "digest"?')
    },
  )

  test.each([
    [['set', 'a', '{cron'], /no JSON.*single quotes/],
    [['set', 'a', '[]'], /an entry is a map/],
    [['set', 'a', '{"every":"soon","queue":"low"}'], /was not stored.*every/s],
    [['remove', 'nightly'], /entry of a schedule file/],
    [['run', 'digest', '--args', '7'], /must be a list.*\[7\]/],
    [['run', 'digest', '--args', 'x'], /--args is no JSON/],
    [['disable', 'digest', '--until', 'soon'], /--until is "soon": this is no time/],
    [['disable', 'digest', '--until', '2020-01-01'], /that is past/],
    [['history', 'digest', '--count', '0'], /--count/],
    [['shwo', 'digest'], /no command "recurring shwo".*"show"/],
  ])('%j is exit code 2', async (argv, pattern) => {
    const { call } = await stage()
    const { code, err } = await call('recurring', ...argv)
    expect(code).toBe(2)
    expect(err).toMatch(pattern)
  })
})
