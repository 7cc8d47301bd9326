// The job files of docs/jobs.md are loaded as they stand there, and the messages that it shows are those of the program.

import { writeFileSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { JobOptions } from '../../src/job/job.ts'
import { ensureBuilt, repository, runNode } from '../support/child.ts'
import { freshFolder } from '../support/daemons.ts'
import { read } from '../support/source-files.ts'

const page = read('docs/jobs.md')
const files = [...page.matchAll(/```(?:js|ts)\n(\/\/ file: (\S+)\n\/\/ jobs: ([^\n]*)\n.*?)```/gs)].map(
  ([, code = '', name = '', jobs = '']) => ({ name, jobs, code }),
)

it('the page has job files', () => {
  expect(files.map(({ name }) => name)).toEqual(['send-email.mjs', 'billing.mjs', 'report.ts'])
})

it.each(files)('$name holds $jobs', async ({ name, code, jobs }) => {
  ensureBuilt()
  const home = await freshFolder()
  await mkdir(join(home, 'node_modules'))
  await symlink(repository, join(home, 'node_modules', 'resque-scheduler'))
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  writeFileSync(join(home, name), code)
  const script = `
    import { loadJobs } from '${repository}dist/worker/load-jobs.js'
    console.log((await loadJobs(['${name}'], '${home}')).names().join(', '))`
  const tsx = join(repository, 'node_modules', 'tsx', 'dist', 'esm', 'index.mjs')
  const program = runNode(['--import', tsx, '--input-type=module', '--eval', script], { cwd: home })
  await program.exit
  expect(program.lines).toEqual([jobs])
})

it('the table names every option of a job class', () => {
  const options: Readonly<Record<keyof JobOptions, true>> = {
    ...{ jobName: true, queue: true, retry: true, limits: true, timeoutSeconds: true },
    ...{ track: true, unique: true, plugins: true, scheduled: true },
  }
  for (const option of Object.keys(options)) expect(page).toMatch(new RegExp(`^\\| \`${option}\``, 'm'))
})
