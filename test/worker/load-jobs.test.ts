// Job files to job classes: what counts as a job, and what is said of files that cannot be used.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../src/errors.ts'
import { loadJobs } from '../../src/worker/load-jobs.ts'
import { repository, runNode } from '../support/child.ts'
import { freshFolder } from '../support/daemons.ts'

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

/** A job file with this text, in a folder that is gone when the test ends. */
async function jobFile(text: string, name = 'jobs.mjs'): Promise<string> {
  const path = join(await freshFolder(), name)
  await writeFile(path, text)
  return path
}

async function messageOf(text: string, name?: string): Promise<string> {
  const error = await loadJobs([await jobFile(text, name)], fixtures).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigurationError)
  return (error as Error).message
}

describe('names', () => {
  test('a class may go by another name than its own', async () => {
    const file = await jobFile(`
      export class Invoice { static jobName = 'Billing::Invoice'; perform() {} }
      export const jobs = [class { static jobName = 'App\\\\Jobs\\\\Send'; perform() {} }]`)
    expect(await namesIn(file)).toEqual(['App\\Jobs\\Send', 'Billing::Invoice'])
  })

  test('a class that is exported and in a registry has both names', async () => {
    const file = await jobFile(`
      export class Invoice { perform() {} }
      export const jobs = { 'Billing::Invoice': Invoice }`)
    expect(await namesIn(file)).toEqual(['Billing::Invoice', 'Invoice'])
  })

  test('CommonJS files have registries as well', async () => {
    const text = "class Invoice { perform() {} }\nmodule.exports = { jobs: { 'Billing::Invoice': Invoice } }"
    expect(await namesIn(await jobFile(text, 'jobs.cjs'))).toEqual(['Billing::Invoice'])
  })
})

describe('what was meant as a job and is none is told at once', () => {
  const rightForm = 'Write "export class SendEmail'
  const wrong: readonly [string, string, readonly string[]][] = [
    [
      'an object with a perform function, as node-resque has it',
      'export const jobs = { add: { perform: async () => 1 } }',
      ['jobs.add is no job: it is an object with a perform function', rightForm],
    ],
    [
      'a static perform, as Ruby has it',
      "export class Mail { static queue = 'mail'; static perform() {} }",
      ['Mail is no job: its perform is static', rightForm],
    ],
    [
      'a perform that is no function',
      'export class Mail {}\nMail.prototype.perform = 3',
      ['Mail is no job: its perform is no method, but number', rightForm],
    ],
    [
      'something else in a list of jobs',
      'class Mail { perform() {} }\nexport const jobs = [Mail, undefined]',
      ['jobs[1] is no job: it is no class with a perform method', rightForm],
    ],
    [
      'a name that is no text',
      'export class Mail { static jobName = 7; perform() {} }',
      ['no usable name: 7'],
    ],
    [
      'a queue that is no text',
      'export class Mail { static queue = 7; perform() {} }',
      ['the job class Mail: a queue is named by a text, got number. Correct the static property.'],
    ],
    [
      'a word in place of track',
      "export class Mail { static track = 'no'; perform() {} }",
      ['the job class Mail: track must be true or false, got "no".'],
    ],
    [
      'a wrong option of unique',
      "export class Mail { static unique = { untill: 'started' }; perform() {} }",
      ['the job class Mail: unique has no "untill". Did you mean "until"?'],
    ],
    [
      'a scheduled that is no function',
      'export class Mail { static scheduled = true; perform() {} }',
      ['the job class Mail: scheduled must be a function'],
    ],
  ]

  test.each(wrong)('%s', async (_, text, parts) => {
    const message = await messageOf(text)
    expect(message).toContain('jobs.mjs')
    for (const part of parts) expect(message).toContain(part)
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
