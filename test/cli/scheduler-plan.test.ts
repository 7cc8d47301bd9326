// resque-scheduler plan: what a deploy would change, against what a scheduler has told Redis.

import { expect, test } from 'vitest'
import { main } from '../../src/cli/scheduler-program.ts'
import { loadSchedule } from '../../src/recurring/file.ts'
import { type Answer, callProgram } from '../support/call-program.ts'
import { scheduleFile } from '../support/daemons.ts'
import { freePort } from '../support/redis-server.ts'
import { type World, world } from '../support/world.ts'

const old = `digest: { cron: "0 8 * * * Europe/Berlin", class: Digest, queue: mail, args: [daily] }
old_cleanup: { every: 6h, class: Cleanup, queue: low }
same: { cron: "*/10 * * * *", class: Same, queue: low }
`
const fresh = `digest: { cron: "0 9 * * * Europe/Berlin", class: Digest, queue: mail, args: [daily] }
report: { cron: "30 2 * * *", class: ReportJob, queue: reports }
same: { cron: "*/10  * * * *", class: Same, queue: low }
`

async function plan({ url, namespace }: World, text: string, ...argv: string[]): Promise<Answer> {
  const env = { REDIS_URL: url, RESQUE_NAMESPACE: namespace }
  return callProgram(main, ['plan', await scheduleFile(text), ...argv], { env })
}

/** A world in which a scheduler has led with a schedule. */
async function worldWith(text: string, appName = ''): Promise<World> {
  const here = world()
  const { entries } = loadSchedule(text)
  const scheduler = here.scheduler({ entries, appName })
  await scheduler.start()
  await scheduler.stop()
  return here
}

test('tells what would be added, changed and removed, with the runs before and after', async () => {
  const { code, stdout } = await plan(await worldWith(old), fresh, '--timezone', 'Europe/Berlin')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^\+ report {2}at 02:30 every day {2}ReportJob\(\) → reports\n {4}next runs: /m)
  expect(stdout).toMatch(/^~ digest\n {4}cron: "0 8 .*" → "0 9 .*"\n/m)
  expect(stdout).toMatch(
    / {4}next runs before: \w+ [\d-]+ 08:00 .*\n {4}next runs after: {2}\w+ [\d-]+ 09:00 /,
  )
  expect(stdout).toMatch(/^- old_cleanup {2}every 6 hours {2}Cleanup\(\) → low\n {4}falls away: /m)
  expect(stdout).toContain('1 to add, 1 to change, 1 to remove, 1 unchanged (Europe/Berlin)')
})

test('--json has the same for programs', async () => {
  const answer = JSON.parse((await plan(await worldWith(old), fresh, '--json')).stdout)
  expect(answer).toMatchObject({
    added: [{ name: 'report', replacesDynamic: false, entry: { class: 'ReportJob' } }],
    changed: [{ name: 'digest', fields: [{ field: 'cron', before: '0 8 * * * Europe/Berlin' }] }],
    removed: [{ name: 'old_cleanup', entry: { every: '6h' } }],
    unchanged: ['same'],
  })
  expect(answer.changed[0].nextBefore).toHaveLength(3)
  expect(answer.changed[0].nextAfter).toHaveLength(3)
})

test('--exit-code is 3 when something changes, and 0 when nothing does', async () => {
  const here = await worldWith(old)
  expect(await plan(here, fresh, '--exit-code')).toMatchObject({ code: 3 })
  expect(await plan(here, old, '--exit-code', '--timezone', 'UTC')).toMatchObject({
    code: 0,
    stdout: 'nothing changes (UTC)\n',
  })
})

test('the first deploy adds all; each application has its own', async () => {
  const here = await worldWith(old, 'shop')
  expect((await plan(here, old)).stdout).toMatch(/^Redis knows of no entry.*\n\+ digest/)
  expect((await plan(here, old, '--app-name', 'shop')).stdout).toMatch(/^nothing changes/)
})

test('a dynamic entry whose name the file takes is told of; others are left alone', async () => {
  const here = await worldWith(old)
  await here.resque.recurring.set('report', { every: '1h', class: 'Other', queue: 'low' })
  await here.resque.recurring.set('elsewhere', { every: '1h', class: 'Other', queue: 'low' })
  const { stdout } = await plan(here, fresh)
  expect(stdout).toMatch(/^\+ report .*\n.*\n {4}takes the place of the dynamic entry of this name$/m)
  expect(stdout).not.toContain('elsewhere')
})

test('plan writes nothing', async () => {
  const here = await worldWith(old)
  const before = await here.allKeys()
  await plan(here, fresh)
  expect(await here.allKeys()).toEqual(before)
  expect((await plan(here, old)).stdout).toMatch(/^nothing changes/)
})

test('a bad entry is exit code 1, and so is a Redis that is not there', async () => {
  const { code, stderr } = await plan(
    await worldWith(old),
    `${fresh}bad: { cron: "99 * * * *" }\n`,
    '--exit-code',
  )
  expect(code).toBe(1)
  expect(stderr).toMatch(/bad\.cron/)
  const away = await plan(world(), old, '--redis', `redis://127.0.0.1:${await freePort()}`)
  expect(away.code).toBe(1)
  expect(away.stderr).toMatch(/Redis/)
})
