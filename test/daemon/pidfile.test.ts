// The pid file: written over whatever is there, and removed only by the process whose id it holds.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writePidFile } from '../../src/daemon/pidfile.ts'
import { ConfigurationError } from '../../src/errors.ts'
import { runNode } from '../support/child.ts'

const folder = mkdtempSync(join(tmpdir(), 'resque-pid-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('it holds the process id, over that of a process that died, and is removed at the end', () => {
  const path = join(folder, 'worker.pid')
  writeFileSync(path, '999999\n')
  const remove = writePidFile(path)
  expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`)
  remove()
  expect(existsSync(path)).toBe(false)
})

test('that of another process of ours that lives is not written over', async () => {
  const path = join(folder, 'taken.pid')
  const other = runNode(['-e', 'console.log("up"); setInterval(() => undefined, 1000)', 'resque-worker'])
  await other.waitForLine(/up/)
  writeFileSync(path, `${other.process.pid}\n`)
  expect(() => writePidFile(path)).toThrow(/is that of process \d+, which lives\. Stop it \(kill \d+\)/)
  other.kill()
  await other.exit
  writePidFile(path)()
  expect(existsSync(path)).toBe(false)
})

test('an id that was given again to some other program is written over', async () => {
  const path = join(folder, 'reused.pid')
  const other = runNode(['-e', 'console.log("up"); setInterval(() => undefined, 1000)'])
  await other.waitForLine(/up/)
  for (const text of [`${other.process.pid}\n`, 'nonsense', '', '-1', `${process.pid}`]) {
    writeFileSync(path, text)
    writePidFile(path)
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`)
  }
})

test('it stays when another process has written its id into it', () => {
  const path = join(folder, 'shared.pid')
  const remove = writePidFile(path)
  writeFileSync(path, '999999\n')
  remove()
  expect(readFileSync(path, 'utf8')).toBe('999999\n')
})

test('a place that cannot be written to is told', () => {
  expect(() => writePidFile(join(folder, 'missing', 'a.pid'))).toThrow(ConfigurationError)
})
