// One entry: every key in every shape, all problems at once.

import { describe, expect, it } from 'vitest'
import type { EntryContext, ScheduleEntry } from '../../src/recurring/entry.ts'
import { parseEntry } from '../../src/recurring/entry.ts'

function entry(value: unknown, context: EntryContext = {}): ScheduleEntry {
  const parsed = parseEntry('Nightly', value, context)
  if (parsed.entry === null) throw new Error(JSON.stringify(parsed.problems))
  return parsed.entry
}

function problems(value: unknown, context: EntryContext = {}): string[] {
  return parseEntry('Nightly', value, context).problems.map(
    ({ severity, field, message }) => `${severity} ${field}: ${message}`,
  )
}

describe('an entry', () => {
  it('has defaults for all it does not say', () => {
    expect(entry({ every: '30s' })).toEqual({
      ...{
        name: 'Nightly',
        kind: 'every',
        cron: null,
        everySeconds: 30,
        firstInSeconds: null,
        firstAtMs: null,
      },
      ...{
        timezone: null,
        class: 'Nightly',
        queue: null,
        params: [],
        env: null,
        enabled: true,
        description: null,
      },
      ...{ catchUp: 'last', catchUpWindowSeconds: 600, overlap: 'allow', jitterSeconds: 0 },
      ...{ startsAtMs: null, endsAtMs: null, limit: null, parameters: null },
    })
  })

  it('takes null for a missing key', () => {
    const keys = [
      'cron',
      'class',
      'queue',
      'args',
      'description',
      'env',
      'rails_env',
      'timezone',
      'jitter',
      'limit',
    ]
    const nulls = Object.fromEntries(keys.map((key) => [key, null]))
    expect(entry({ ...nulls, every: '30s' })).toEqual(entry({ every: '30s' }))
  })

  it('reads our own keys', () => {
    const own = {
      catch_up: 'all',
      catch_up_window: '1h',
      overlap: 'queue_one',
      jitter: '30s',
      enabled: false,
      limit: 3,
    }
    expect(entry({ every: '1m', ...own })).toMatchObject({
      ...{ catchUp: 'all', catchUpWindowSeconds: 3600, overlap: 'queue_one', jitterSeconds: 30 },
      ...{ enabled: false, limit: 3 },
    })
  })

  it('is manual without cron and every', () => {
    expect(entry({ class: 'Reindex' }).kind).toBe('manual')
    expect(entry({ never: true, class: 'Reindex' }).kind).toBe('manual')
  })

  it('keeps the form fields of "queue now"', () => {
    const parameters = { index: { description: 'Which', default: 'all' } }
    expect(entry({ parameters }).parameters).toEqual(parameters)
  })

  it.each([[5], ['30s'], [[]], [true], [null], [undefined]])('%j is none', (value) => {
    expect(problems(value)[0]).toMatch(/^error null: an entry must be a map/)
  })
})

describe('class and queue', () => {
  it.each([
    'SendEmail',
    'Billing::Charge',
    '::Top',
    'App\\Jobs\\Send',
    'send_email',
    'send-email',
    'a.b/c',
    'Über',
    '$f',
  ])('takes the class %s', (name) => {
    expect(entry({ class: name }).class).toBe(name)
  })

  it.each(['two words', '9lives', 'a;b', '<b>', '', '  ', 'a\nb'])('refuses the class %j', (name) => {
    expect(problems({ class: name })[0]).toMatch(/^error class/)
  })

  it('a name that is no class needs a class', () => {
    expect(parseEntry('Approval reminder', { every: '1m' }).problems[0]?.message).toMatch(
      /cannot be the name of a class/,
    )
    expect(parseEntry('Approval reminder', { every: '1m', class: 'Remind' }).problems).toEqual([])
  })

  it('custom_job_class is what is enqueued', () => {
    expect(entry({ class: 'A', custom_job_class: 'B' }).class).toBe('B')
  })

  it('takes the queue of the entry, else that of the class, else the default', () => {
    const context = { jobQueue: (name: string) => (name === 'Known' ? 'own' : null), defaultQueue: 'spare' }
    expect(entry({ class: 'Known', queue: 'mail' }, context).queue).toBe('mail')
    expect(entry({ class: 'Known' }, context).queue).toBe('own')
    expect(entry({ class: 'Other' }, context).queue).toBe('spare')
    expect(entry({ class: 'Other' }).queue).toBeNull()
  })

  it('no queue is an error where one is required', () => {
    const found = problems({ class: 'Other' }, { requireQueue: true })
    expect(found).toEqual([expect.stringMatching(/^error queue: .*names no queue.*--default-queue/)])
    expect(problems({ class: 'Other', queue: 'low' }, { requireQueue: true })).toEqual([])
  })
})

describe('args', () => {
  it.each([
    [
      ['a', 1],
      ['a', 1],
    ],
    [[], []],
    [{ a: 1 }, [{ a: 1 }]],
    [[{ a: 1 }], [{ a: 1 }]],
    ['text', ['text']],
    ['', ['']],
    [0, [0]],
    [5, [5]],
    [true, [true]],
    [false, []],
    [null, []],
    [
      [null, false],
      [null, false],
    ],
  ])('%j is the arguments %j', (args, params) => {
    expect(entry({ args }).params).toEqual(params)
  })

  it.each([[[Number.NaN]], [{ a: Number.POSITIVE_INFINITY }], [[2 ** 53]], [[new Date(0)]], [[new Set()]]])(
    'refuses what JSON cannot carry: %s',
    (args) => {
      expect(problems({ args })[0]).toMatch(/^error args: args can hold what JSON can/)
    },
  )
})

describe('env', () => {
  it.each([
    [{ env: 'production' }, ['production']],
    [{ env: 'production, staging' }, ['production', 'staging']],
    [{ env: 'production staging' }, ['production', 'staging']],
    [{ env: ['production', 'staging'] }, ['production', 'staging']],
    [{ rails_env: 'test' }, ['test']],
    [{ rails_env: 'test', env: 'production' }, ['test']],
    [{ rails_env: null, env: 'production' }, ['production']],
  ])('%j is for %j', (keys, env) => {
    expect(entry(keys).env).toEqual(env)
  })

  it.each([{ env: '' }, { env: ' , ' }, { env: [] }, { env: 5 }, { rails_env: {} }])(
    '%j names none',
    (keys) => {
      expect(problems(keys)[0]).toMatch(/names no environment/)
    },
  )
})

describe('all problems at once', () => {
  it('are found in one reading', () => {
    const value = {
      ...{
        cron: '61 * * * *',
        timezone: 'Europe/Berlim',
        class: 'not a class',
        queue: [],
        env: '',
        enabled: 'maybe',
      },
      ...{
        catch_up: 'always',
        catch_up_window: 'long',
        overlap: 'no',
        jitter: '-1s',
        limit: 0,
        starts_at: 'soon',
      },
      ...{ ends_at: '2027-13-01', parameters: 5, persist: 'x', qeue: 'mail' },
    }
    const fields = parseEntry('x', value).problems.map((problem) => problem.field)
    expect(fields.sort()).toEqual([
      ...[
        'catch_up',
        'catch_up_window',
        'class',
        'cron',
        'enabled',
        'ends_at',
        'env',
        'jitter',
        'limit',
        'overlap',
      ],
      ...['parameters', 'persist', 'qeue', 'queue', 'starts_at', 'timezone'],
    ])
  })

  it('make no entry', () => {
    expect(parseEntry('x', { cron: '61 * * * *' }).entry).toBeNull()
  })
})
