// What docs/before-the-deploy.md shows of files without Redis is what the commands print.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/scheduler-program.ts'
import { callProgram } from '../support/call-program.ts'
import { freshFolder } from '../support/daemons.ts'
import { read } from '../support/source-files.ts'

const page = read('docs/before-the-deploy.md')
const [, schedule = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
const shown = [
  ...page.matchAll(/```text\n\$ resque-scheduler ((?:simulate|explain|calendar) [^|\n]*)\n(.*?)```/gs),
]

async function folderOfThePage(): Promise<string> {
  const folder = await freshFolder()
  const imports = Array.from(
    { length: 14 },
    (_, index) => `import_${index}: { cron: "0 6 * * *", class: Import, queue: low }\n`,
  )
  const sync = 'sync: { cron: "*/20 7-18 * * 1-5", class: SyncStock, queue: low }\n'
  await mkdir(join(folder, 'schedules'))
  await writeFile(join(folder, 'schedules/app.yml'), schedule)
  await writeFile(join(folder, 'schedules/imports.yml'), imports.join('') + sync)
  return folder
}

test('the page shows all three', () => {
  expect(shown.map(([, command = '']) => command.split(' ')[0])).toEqual(['simulate', 'explain', 'calendar'])
})

test.each(shown.map(([, command = '', output = '']) => [command, output]))('%s', async (command, output) => {
  const { code, stdout } = await callProgram(main, command.split(' '), { cwd: await folderOfThePage() })
  expect([code, stdout]).toEqual([0, output])
})
