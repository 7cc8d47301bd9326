// What is taken for a schedule file, and what is refused before it is read.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadSchedule } from '../../src/recurring/file.ts'
import { readSources } from '../../src/recurring/file-source.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schedules-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function written(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function problemOf(path: string): string | null | undefined {
  return readSources(path)[0]?.problem
}

describe('text or path', () => {
  it.each(['a:\n  every: 1m\n', '{"a": {}}', ' {"a": {}}', '\uFEFF{"a": {}}', '\n'])('%j is text', (text) => {
    expect(readSources(text)[0]).toMatchObject({ file: null, problem: null })
  })

  it.each(['schedule.yml', 'a: {every: 1m}', '/no/such/file'])('%j is a path', (path) => {
    expect(readSources(path)[0]).toMatchObject({ file: path })
  })
})

describe('a file', () => {
  it('may begin with a byte order mark and have Windows line ends', () => {
    const path = written('a.yml', '\uFEFFa:\r\n  every: 1m\r\n')
    expect(loadSchedule(path)).toMatchObject({
      file: path,
      problems: [],
      entries: [{ name: 'a', everySeconds: 60 }],
    })
  })

  it('may have any name', () => {
    expect(loadSchedule(written('crontab', 'a:\n  every: 1m\n')).entries).toHaveLength(1)
  })

  it('that does not exist is one problem', () => {
    expect(problemOf(join(folder, 'none.yml'))).toMatch(
      /cannot read ".*none\.yml": it does not exist\. Check the path/,
    )
    expect(problemOf('')).toMatch(/no schedule file is named/)
    expect(problemOf('x'.repeat(5000))).toMatch(/name is too long/)
  })

  it('inside of a file is one problem', () => {
    expect(problemOf(join(written('a.yml', ''), 'b.yml'))).toMatch(/part of its path is a file/)
  })

  it('in a circle of links is one problem', () => {
    symlinkSync(join(folder, 'a'), join(folder, 'b'))
    symlinkSync(join(folder, 'b'), join(folder, 'a'))
    expect(problemOf(join(folder, 'a'))).toMatch(/circle/)
  })

  it('that is not UTF-8 is refused', () => {
    expect(problemOf(written('a.yml', Buffer.from([0x61, 0xe4, 0x0a])))).toMatch(
      /not UTF-8 \(it looks like Latin-1/,
    )
    expect(problemOf(written('b.yml', Buffer.from('\uFEFFa: 1', 'utf16le')))).toMatch(/UTF-16/)
  })

  it('with a NUL byte is refused', () => {
    expect(problemOf(written('a.yml', 'a: 1\0\n'))).toMatch(/NUL byte at position 4/)
    expect(problemOf('a: 1\n\0')).toMatch(/NUL byte/)
  })

  it('of more than 5 MB is refused', () => {
    expect(problemOf(written('a.yml', Buffer.alloc(5 * 1024 * 1024 + 1, '#')))).toMatch(/larger than 5 MB/)
    expect(problemOf(`${'#'.repeat(5 * 1024 * 1024)}\n`)).toMatch(/larger than 5 MB/)
  })

  it('that is a device, a pipe or a socket is refused without opening it', async () => {
    expect(problemOf('/dev/zero')).toMatch(/no regular file/)
    const pipe = join(folder, 'pipe')
    spawnSync('mkfifo', [pipe])
    expect(problemOf(pipe)).toMatch(/no regular file/)
    const server = createServer()
    const socket = join(folder, 'socket')
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    expect(problemOf(socket)).toMatch(/no regular file/)
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('a directory', () => {
  it('without schedules is one problem', () => {
    mkdirSync(join(folder, 'empty'))
    expect(problemOf(join(folder, 'empty'))).toMatch(/holds no schedule: no file in it ends in \.yml/)
  })

  it('gives one source for each file', () => {
    written('b.yaml', '')
    written('a.json', '{}')
    written('c.txt', '')
    expect(readSources(folder).map((source) => source.file)).toEqual([
      join(folder, 'a.json'),
      join(folder, 'b.yaml'),
    ])
  })
})
