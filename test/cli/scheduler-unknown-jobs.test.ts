// Entries whose class is not among those of --jobs: most likely a slip of the pen, and told before the first run.

import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/scheduler-program.ts'
import { callProgram } from '../support/call-program.ts'
import { repository } from '../support/child.ts'
import { scheduleFile } from '../support/daemons.ts'

const jobs = `${repository}test/fixtures/jobs/good`

async function problemsOf(text: string, ...flags: string[]): Promise<unknown[]> {
  const { code, stdout } = await callProgram(main, ['check', await scheduleFile(text), '--json', ...flags])
  expect(code).toBe(0)
  return JSON.parse(stdout).problems
}

const slip = 'nightly:\n  every: 1h\n  class: Reprot\n  queue: low\n'

describe('check --jobs', () => {
  test('warns of a class that is not loaded, with its place and the nearest name', async () => {
    const [problem, ...others] = await problemsOf(slip, '--jobs', jobs)
    expect(problem).toMatchObject({ severity: 'warning', entry: 'nightly', field: 'class', line: 3 })
    expect(problem).toMatchObject({
      message: expect.stringMatching(
        /^no class "Reprot" is among the loaded jobs\. Did you mean "Report"\? Correct the name, or add/,
      ),
    })
    expect(others).toEqual([])
  })

  test('says nothing of classes that are loaded, nor of entries for other environments', async () => {
    const text =
      'Report:\n  every: 1h\n  queue: low\n' +
      'other:\n  every: 1h\n  class: Reprot\n  queue: low\n  env: staging\n'
    expect(await problemsOf(text, '--jobs', jobs, '--environment', 'production')).toEqual([])
  })

  test('without --jobs nothing is known of classes', async () => {
    expect(await problemsOf(slip)).toEqual([])
  })
})
