// A whole schedule: which entries it gives, and where its problems are.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ScheduleError } from '../../src/errors.ts'
import type { LoadScheduleOptions } from '../../src/recurring/file.ts'
import { loadSchedule, readSchedule } from '../../src/recurring/file.ts'
import { formatProblem } from '../../src/recurring/problem.ts'

const nowMs = Date.UTC(2026, 10, 23, 12)

function lines(text: string, options: LoadScheduleOptions = {}): string[] {
  return loadSchedule(text, options).problems.map(formatProblem)
}

function names(text: string, options: LoadScheduleOptions = {}): string[] {
  return loadSchedule(text, options).entries.map((entry) => entry.name)
}

describe('problems', () => {
  it('are found all at once, in the order of the file, with line and column', () => {
    const text = [
      ...['nightly:', '  cron: "61 * * * *"', '  qeue: mail', 'settings: 5', 'good:', '  every: 1m'],
      ...['bad:', '  class: not a class', '  every: 500ms', '  overlap: sometimes'],
    ].join('\n')
    expect(lines(text)).toEqual([
      expect.stringMatching(
        /^schedule:2:3: error: nightly\.cron: cron "61 \* \* \* \*" is not valid: minute "61"/,
      ),
      expect.stringMatching(
        /^schedule:3:3: error: nightly\.qeue: unknown key "qeue"\. Did you mean "queue"\?$/,
      ),
      expect.stringMatching(/^schedule:4:1: error: settings: an entry must be a map .* not 5\.$/),
      expect.stringMatching(
        /^schedule:8:3: error: bad\.class: class: "not a class" cannot be the name of a class/,
      ),
      expect.stringMatching(/^schedule:9:3: error: bad\.every: every: "500ms"/),
      expect.stringMatching(/^schedule:10:3: error: bad\.overlap: overlap must be one of/),
    ])
    expect(names(text)).toEqual(['good'])
  })

  it('of JSON have lines and columns too', () => {
    const text = '{\n  "a": {\n    "every": "1m",\n    "limit": 0\n  },\n  "b": { "cron": "x" }\n}'
    expect(lines(text)).toEqual([
      expect.stringMatching(/^schedule:4:5: error: a\.limit/),
      expect.stringMatching(/^schedule:6:10: error: b\.cron/),
    ])
  })

  it('that are only warnings keep the entry', () => {
    const text = 'a:\n  every: 1m\n  rails_envs: test\n'
    expect(lines(text)).toEqual([expect.stringMatching(/^schedule:3:3: warning: a\.rails_envs/)])
    expect(names(text)).toEqual(['a'])
  })

  it('of a merged key are shown at the entry', () => {
    const text = 'defaults: &d\n  jitter: soon\na:\n  <<: *d\n  every: 1m\n'
    expect(lines(text)).toEqual([expect.stringMatching(/^schedule:3:1: error: a\.jitter/)])
  })

  it('are cut short in a file that is no schedule', () => {
    const found = lines('a: 1\n'.repeat(5000))
    expect(found).toHaveLength(1001)
    expect(found.at(-1)).toMatch(/^schedule: error: and \d+ more problems/)
  })

  it('a schedule without entries is worth a warning', () => {
    for (const text of ['# nothing\n', '---\n', '{}', '\n'])
      expect(lines(text)).toEqual(['schedule: warning: the schedule has no entries.'])
  })
})

describe('readSchedule', () => {
  it('throws all problems as one error', () => {
    const read = () => readSchedule('a: 1\nb: 2\n')
    expect(read).toThrow(ScheduleError)
    expect(read).toThrow(/2 errors:\n {2}schedule:1:1: error: a: .*\n {2}schedule:2:1: error: b: /)
    expect(read).toThrow(expect.objectContaining({ problems: [expect.anything(), expect.anything()] }))
  })

  it('gives a schedule with warnings', () => {
    expect(readSchedule('a:\n  every: 1m\n  discription: x\n').entries).toHaveLength(1)
  })
})

describe('names', () => {
  it('that are there twice are an error, and the last one counts', () => {
    const text = 'a:\n  every: 1m\nb:\n  every: 1m\n  every: 2m\na:\n  every: 3m\n'
    expect(lines(text)).toEqual([
      expect.stringMatching(/^schedule:5:3: error: b\.every: "every" is there twice \(first in line 4\)/),
      expect.stringMatching(/^schedule:6:1: error: a: "a" is there twice \(first in line 1\)/),
    ])
    expect(loadSchedule(text).entries.map((entry) => entry.everySeconds)).toEqual([180, 120])
  })

  it('that are there twice in JSON too', () => {
    const text = '{"a": {"every": "1m"},\n "a": {"every": "2m",\n "every": "3m"}}'
    expect(lines(text)).toEqual([
      expect.stringMatching(/^schedule:2:2: error: a: "a" is there twice \(first in line 1\)/),
      expect.stringMatching(/^schedule:3:2: error: a\.every: "every" is there twice \(first in line 2\)/),
    ])
  })
})

describe('sections and templates', () => {
  it('a section per environment schedules nothing, as in Ruby, and says what to do', () => {
    const text = 'production:\n  nightly:\n    cron: "0 0 * * *"\n'
    expect(names(text)).toEqual([])
    expect(lines(text)).toEqual([
      expect.stringMatching(
        /^schedule:1:1: warning: production: .*none of them is scheduled.*"env: production"/,
      ),
    ])
  })

  it('the schedule inside a sidekiq.yml is found at either depth', () => {
    const text = ':scheduler:\n  :schedule:\n    a:\n      every: 1m\n'
    expect(lines(text)).toEqual([expect.stringMatching(/^schedule:1:1: warning: scheduler: .*sidekiq\.yml/)])
  })

  it('an entry whose arguments speak of cron is no section', () => {
    expect(names('a:\n  args: {nested: {cron: x}}\n')).toEqual(['a'])
  })

  it('an anchored map without timing is no entry', () => {
    expect(names('defaults: &d\n  queue: mail\na:\n  <<: *d\n  every: 1m\n')).toEqual(['a'])
    expect(lines('defaults: &d\n  queue: mail\na:\n  <<: *d\n  every: 1m\n')).toEqual([])
  })

  it('an anchored map with timing is one', () => {
    expect(names('a: &a\n  every: 1m\nb: *a\n')).toEqual(['a', 'b'])
  })
})

describe('options', () => {
  const text =
    'all:\n  every: 1m\nlive:\n  every: 1m\n  env: production\nboth:\n  every: 1m\n  rails_env: test, production\n'

  it('environment leaves out the entries of others and names them', () => {
    const loaded = loadSchedule(text, { environment: 'test' })
    expect(loaded.entries.map((entry) => entry.name)).toEqual(['all', 'both'])
    expect(loaded.otherEnvironments).toEqual(['live'])
  })

  it('without an environment all entries are there', () => {
    expect(names(text)).toEqual(['all', 'live', 'both'])
  })

  it('queues come from the class or the default, or are missed when required', () => {
    expect(loadSchedule(text, { defaultQueue: 'spare' }).entries[0]?.queue).toBe('spare')
    expect(loadSchedule(text, { jobQueue: (name) => name }).entries[1]?.queue).toBe('live')
    expect(lines(text, { requireQueue: true })).toHaveLength(3)
    expect(lines(text, { requireQueue: true })[0]).toMatch(
      /^schedule:1:1: error: all\.queue: the entry names no queue/,
    )
  })

  it('an entry for other environments needs no queue here', () => {
    const options = { requireQueue: true, environment: 'test', defaultQueue: undefined }
    const found = loadSchedule(text, options).problems.map((problem) => problem.entry)
    expect(found).toEqual(['all', 'both'])
  })

  it('variables are filled in only where that is asked for', () => {
    const templated = `a:\n  every: \${PACE:-1m}\n  queue: "q-\${NAME}"\n  args: ["$\${x}", "\${EMPTY-}", {k: "\${NAME}"}]\n`
    const [plain] = loadSchedule(`a:\n  every: 1m\n  queue: \${NAME}\n`).entries
    expect(plain?.queue).toBe(`\${NAME}`)
    const [filled] = loadSchedule(templated, { envSubstitution: { NAME: 'x', PACE: '' } }).entries
    expect(filled).toMatchObject({ everySeconds: 60, queue: 'q-x', params: [`\${x}`, '', { k: 'x' }] })
  })

  it('a variable that is not set is an error', () => {
    const templated = `a:\n  every: 1m\n  queue: \${NAME}\n`
    expect(lines(templated, { envSubstitution: {} })).toEqual([
      expect.stringMatching(/^schedule:1:1: error: a: the variable NAME is not set/),
    ])
    expect(names(templated, { envSubstitution: {} })).toEqual([])
  })

  it('switches and counts may come from variables', () => {
    const templated = `a:\n  every: 1m\n  enabled: \${ON}\n  limit: \${COUNT}\n`
    const [entry] = loadSchedule(templated, { envSubstitution: { ON: 'false', COUNT: '3' } }).entries
    expect(entry).toMatchObject({ enabled: false, limit: 3 })
  })
})

describe('next', () => {
  it('is the next three runs from a given moment', () => {
    const [cron, every, manual] = loadSchedule(
      'a:\n  cron: "0 0 * * * UTC"\nb:\n  every: 1m\nc:\n  class: C\n',
      { nowMs },
    ).entries
    const days = ['2026-11-24T00:00:00.000Z', '2026-11-25T00:00:00.000Z', '2026-11-26T00:00:00.000Z']
    expect(cron?.next).toEqual(days)
    expect(every?.next[0]).toBe('2026-11-23T12:01:00.000Z')
    expect(manual?.next).toEqual([])
  })

  it('is in the JSON of an entry', () => {
    const [entry] = loadSchedule('a:\n  every: 1m\n', { nowMs }).entries
    expect(JSON.parse(JSON.stringify(entry))).toMatchObject({
      name: 'a',
      next: expect.arrayContaining([expect.any(String)]),
    })
  })
})

describe('a directory', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'schedules-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is read file by file in the order of names', () => {
    writeFileSync(join(folder, 'b.json'), '{"second": {"every": "1m"}}')
    writeFileSync(join(folder, 'a.yml'), 'first:\n  every: 1m\n')
    writeFileSync(join(folder, 'notes.txt'), 'no schedule')
    expect(loadSchedule(folder)).toMatchObject({ file: folder, problems: [] })
    expect(names(folder)).toEqual(['first', 'second'])
  })

  it('with one name in two files is an error that names both', () => {
    writeFileSync(join(folder, 'a.yml'), 'same:\n  every: 1m\n')
    writeFileSync(join(folder, 'b.yml'), 'same:\n  every: 2m\n')
    const [problem, ...more] = loadSchedule(folder).problems
    expect(more).toEqual([])
    expect(problem).toMatchObject({ severity: 'error', file: join(folder, 'b.yml'), line: 1, entry: 'same' })
    expect(problem?.message).toContain(join(folder, 'a.yml'))
  })

  it('with a bad file still gives the entries of the others', () => {
    writeFileSync(join(folder, 'a.yml'), 'a: [')
    writeFileSync(join(folder, 'b.yml'), 'b:\n  every: 2m\n')
    expect(names(folder)).toEqual(['b'])
    expect(loadSchedule(folder).problems[0]?.file).toBe(join(folder, 'a.yml'))
  })
})

describe('the schedules that come with the package', () => {
  it.each(['app.json', 'example.yml'])('%s has no problems', (file) => {
    const loaded = loadSchedule(new URL(`../../schedules/${file}`, import.meta.url).pathname, {
      requireQueue: true,
    })
    expect(loaded.problems).toEqual([])
    expect(loaded.entries.length).toBeGreaterThanOrEqual(3)
  })
})
