// 125 real schedule files, compared with what Ruby's resque-scheduler makes of them.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { LoadedSchedule, ScheduleEntryInfo } from '../../src/recurring/file.ts'
import { loadSchedule } from '../../src/recurring/file.ts'

interface ExpectedEntry {
  readonly name: string
  readonly outcome: 'scheduled' | 'skipped' | 'error'
  readonly kind: string
  readonly timezone?: string | null
  readonly next?: readonly string[]
  readonly everySeconds?: number
  readonly firstInSeconds?: number | null
}

interface ExpectedFile {
  readonly outcome: string
  readonly entries: readonly ExpectedEntry[]
}

const folder = new URL('../fixtures/schedules/wild/', import.meta.url)
const expectedText = readFileSync(new URL('expected.json', folder), 'utf8')
const expected = JSON.parse(expectedText) as { files: Record<string, ExpectedFile> }
const files = Object.entries(expected.files)
const nowMs = Date.UTC(2026, 11, 1)

function load(file: string): LoadedSchedule {
  return loadSchedule(new URL(file, folder).pathname, { nowMs, timezone: 'UTC' })
}

function asRuby(entry: ScheduleEntryInfo): object {
  const { name, kind, queue, params, env, description } = entry
  const common = { name, kind, class: entry.class, queue, params, env, description }
  if (kind === 'every')
    return { ...common, everySeconds: entry.everySeconds, firstInSeconds: entry.firstInSeconds }
  const next = entry.next.map((iso) => iso.replace('.000Z', 'Z'))
  return { ...common, timezone: entry.timezone, next }
}

function fromRuby(entry: ExpectedEntry): object {
  const { outcome, note, ...rest } = entry as ExpectedEntry & { note?: string }
  return 'timezone' in rest ? { ...rest, timezone: rest.timezone ?? 'UTC' } : rest
}

describe.each(files)('%s', (file, { outcome, entries }) => {
  const loaded = load(file)
  const scheduled = entries.filter((entry) => entry.outcome === 'scheduled')

  it('schedules what Ruby schedules, as Ruby does', () => {
    const timed = loaded.entries.filter((entry) => entry.kind !== 'manual')
    expect(timed.map(asRuby)).toEqual(scheduled.map(fromRuby))
  })

  it(`says what is wrong where Ruby does not load it (${outcome})`, () => {
    const errors = loaded.problems.filter((problem) => problem.severity === 'error')
    const refused = entries.filter((entry) => entry.outcome === 'error').map((entry) => entry.name)
    const spoiled = ['assign_error', 'yaml_error'].includes(outcome)
    if (spoiled) expect(loaded.problems).not.toEqual([])
    else expect([...new Set(errors.map((problem) => problem.entry))]).toEqual(refused)
    expect(errors.every((problem) => problem.line !== null && problem.column !== null)).toBe(true)
  })

  it('leaves nothing out in silence', () => {
    const kept = new Set([
      ...loaded.entries.map((entry) => entry.name),
      ...loaded.problems.map((problem) => problem.entry),
    ])
    expect(entries.filter((entry) => !kept.has(entry.name))).toEqual([])
  })
})

it('all 125 files are there', () => {
  expect(files).toHaveLength(125)
})
