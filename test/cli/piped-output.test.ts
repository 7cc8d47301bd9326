// What a program prints reaches the end of a pipe, however slowly it is read.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { runProgram } from '../support/child.ts'

it('a long answer of check is not cut off', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'piped-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'schedule.json')
  const entry = { cron: '0 3 * * *', class: 'Job', queue: 'low', description: 'x'.repeat(200) }
  writeFileSync(
    file,
    JSON.stringify(Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`e${at}`, entry]))),
  )
  const program = runProgram('resque-scheduler', ['check', '--json', file])
  expect(await program.exit).toMatchObject({ code: 0 })
  expect(program.stdout().length).toBeGreaterThan(500_000)
  expect(JSON.parse(program.stdout()).entries).toHaveLength(2_000)
})
