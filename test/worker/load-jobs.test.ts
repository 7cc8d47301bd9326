// Job files to job classes: what counts as a job, and what is said of files that cannot be used.

import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../src/errors.ts'
import { loadJobs } from '../../src/worker/load-jobs.ts'
import { repository, runNode } from '../support/child.ts'

const fixtures = `${repository}test/fixtures/jobs`

async function namesIn(...paths: string[]): Promise<string[]> {
  return (await loadJobs(paths, fixtures)).names()
}

describe('what is a job', () => {
  test('every exported class with a perform method, in a folder and the folders in it', async () => {
    expect(await namesIn('good')).toEqual(['Digest', 'Report', 'SendEmail'])
  })

  test('a registry gives its classes the names of its keys', async () => {
    expect(await namesIn('registry/named.mjs')).toEqual(['Billing::Charge'])
  })

  test('a list gives its classes their own names', async () => {
    expect(await namesIn('registry/list.mjs')).toEqual(['First', 'Second'])
  })

  test('a file that is named twice counts once', async () => {
    expect(await namesIn('good/mail.mjs', 'good/mail.mjs', 'good')).toEqual(['Digest', 'Report', 'SendEmail'])
  })

  test('the class itself is what is loaded, with its queue', async () => {
    const classes = await loadJobs(['good/mail.mjs'], fixtures)
    expect(classes.get('SendEmail').queue).toBe('mail')
  })
})

describe('what cannot be used', () => {
  const wrong: readonly [string, string, readonly RegExp[]][] = [
    ['a path that is not there', 'nowhere', [/nowhere/, /does not exist/]],
    ['a file that throws', 'throwing.mjs', [/throwing\.mjs:5/, /RangeError: no table of prices/]],
    ['a file without a job', 'without-perform.mjs', [/without-perform\.mjs/, /SendEmail/, /perform/]],
    ['a class without a name', 'nameless.mjs', [/nameless\.mjs/, /without a name/]],
    ['two classes of one name', 'duplicate', [/Twin/, /duplicate\/a\.mjs/, /duplicate\/b\.mjs/]],
  ]

  test.each(wrong)('%s is told with its file', async (_, path, patterns) => {
    const error = await loadJobs([path], fixtures).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigurationError)
    for (const pattern of patterns) expect(String(error)).toMatch(pattern)
  })

  test('a file without jobs is an error where it is named, and none in a folder', async () => {
    await expect(namesIn('none/settings.mjs')).rejects.toThrow('settings.mjs')
    expect(await namesIn('none')).toEqual([])
  })
})

test('TypeScript loads where node can, and else the error says how it would', async () => {
  const script = `
    import { loadJobs } from '${repository}dist/worker/load-jobs.js'
    await loadJobs(['typed.ts'], '${fixtures}').then(
      (classes) => console.log('loaded', classes.names().join()),
      (error) => console.log(error.message),
    )`
  const program = runNode(['--input-type=module', '--eval', script])
  await program.waitForLine(/^loaded Typed$|this node does not read TypeScript.*node --import tsx/)
})
