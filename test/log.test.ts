// The log: its formats, its levels, its words, and that it neither floods nor lets anything out of its line.

import { describe, expect, test } from 'vitest'
import { Emitter } from '../src/events.ts'
import { type Log, type LogOptions, logTo, openLog } from '../src/log.ts'
import { eventually } from './support/eventually.ts'

interface Written {
  readonly log: Log
  readonly events: Emitter
  lines(): string[]
  end(): void
}

function written(options: Partial<LogOptions> = {}): Written {
  let text = ''
  const write = (lines: string): void => {
    text += lines
  }
  const log = openLog({ format: 'text', level: 'info', write, ...options })
  const events = new Emitter()
  const end = logTo(events, log)
  const lines = (): string[] => {
    log.flush()
    return text.split('\n').filter((line) => line !== '')
  }
  return { log, events, end, lines }
}

const job = { id: 'abc', class: 'SendEmail', queue: 'mail', attempt: 1 }
const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`

describe('formats', () => {
  test('text is a line for people', () => {
    const { events, lines } = written()
    events.emit('completed', { ...job, durationMs: 12.4, result: null })
    expect(lines()).toEqual([
      expect.stringMatching(new RegExp(`^${time} INFO  performed SendEmail from mail in 12 ms {2}id=abc$`)),
    ])
  })

  test('json is an object a line', () => {
    const { events, lines } = written({ format: 'json' })
    events.emit('completed', { ...job, durationMs: 12.4, result: null })
    const [line = ''] = lines()
    const fields = {
      event: 'completed',
      id: 'abc',
      class: 'SendEmail',
      queue: 'mail',
      ms: 12,
      pid: process.pid,
    }
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      time: expect.stringMatching(`^${time}$`),
      ...fields,
    })
    expect(JSON.parse(line).msg).toBe('performed SendEmail from mail in 12 ms')
  })

  test('logfmt quotes what has blanks', () => {
    const { events, lines } = written({ format: 'logfmt' })
    events.emit('completed', { ...job, id: null, durationMs: 12, result: null })
    const rest =
      'level=info msg="performed SendEmail from mail in 12 ms" event=completed class=SendEmail queue=mail ms=12'
    expect(lines()).toEqual([expect.stringMatching(new RegExp(`^time=${time} ${rest}$`))])
  })
})

test('whatever a job says stays within its line', () => {
  const { events, lines } = written()
  events.emit('logged', { ...job, line: 'one\ntwo \u001b[31mred' })
  events.emit('failed', { ...job, durationMs: 1, error: new TypeError('no\r\nidea') })
  expect(lines()).toHaveLength(2)
  expect(lines()[0]).toContain('SendEmail: one\\ntwo \\u001b[31mred')
  expect(lines()[1]).toContain('ERROR SendEmail from mail failed: TypeError: no\\u000d\\nidea')
})

test('a censor sees every line', () => {
  const { log, lines } = written({ censor: (line) => line.replaceAll('secret', '***') })
  log.say('info', 'my secret')
  expect(lines()[0]).toMatch(/my \*\*\*$/)
})

describe('levels', () => {
  function told(level: LogOptions['level']): string[] {
    const { events, lines } = written({ level, format: 'json' })
    events.emit('reserved', job)
    events.emit('completed', { ...job, durationMs: 1, result: null })
    events.emit('retried', { ...job, error: new Error('not yet'), delaySeconds: 15 })
    events.emit('failed', { ...job, durationMs: 1, error: new Error('boom') })
    return lines().map((line) => JSON.parse(line).event)
  }

  test('starts are for those who want to see everything; failures are for all', () => {
    expect(told('debug')).toEqual(['reserved', 'completed', 'retried', 'failed'])
    expect(told('info')).toEqual(['completed', 'retried', 'failed'])
    expect(told('error')).toEqual(['failed'])
  })

  test('nobody makes events that would not be written', () => {
    const { events } = written({ level: 'error' })
    expect(['reserved', 'completed', 'logged'].map((name) => events.has(name as 'completed'))).toEqual(
      Array(3).fill(false),
    )
    expect(events.has('failed')).toBe(true)
  })
})

describe('when very much happens', () => {
  test('promotions are added up', async () => {
    const { events, lines } = written()
    for (let call = 0; call < 50; call++) events.emit('promoted', { count: 1_000, refused: 0, lateMs: call })
    expect(lines()).toEqual([])
    await eventually(() => expect(lines()).toHaveLength(1))
    expect(lines()[0]).toMatch(/moved 50,000 jobs that were due {2}late_ms=49$/)
  })

  test('what was added up is told at the end', () => {
    const { events, end, lines } = written()
    events.emit('promoted', { count: 2, refused: 1, lateMs: 0 })
    end()
    expect(lines()[0]).toMatch(/WARN {2}moved 2 jobs that were due; 1 job could not be read/)
  })

  test('of many firings the first are told one by one, the others are counted', () => {
    const { events, end, lines } = written()
    const fired = { entry: 'a', class: 'A', queue: 'low', plannedMs: 0, id: 'abc', caughtUp: false }
    for (let count = 0; count < 1_000; count++) events.emit('fired', fired)
    end()
    expect(lines()).toHaveLength(21)
    expect(lines()[20]).toMatch(/… and fired 980 more$/)
  })
})

test('after the end nothing is told any more', () => {
  const { events, end, lines } = written()
  end()
  events.emit('leading', { name: 'me' })
  expect(lines()).toEqual([])
})

test('who leads, what was skipped and what a clock shows is said in words', () => {
  const { events, lines } = written()
  events.emit('standby', { holder: 'other:1', endsInMs: -1, sinceMs: null })
  events.emit('skipped', { entry: 'nightly', count: 3, firstPlannedMs: 0, reason: 'catch_up: none' })
  events.emit('clockSkew', { aheadMs: -2_500 })
  events.emit('orphans', { processes: 2, requeued: 5, failed: 1 })
  const [standby, skipped, clock, orphans] = lines()
  expect(standby).toMatch(/WARN {2}standing by: other:1 holds a lock that never ends/)
  expect(skipped).toMatch(/skipped 3 runs of nightly from 1970-01-01T00:00:00\.000Z on: catch_up: none/)
  expect(clock).toMatch(/clock is 2\.5 s behind Redis's/)
  expect(orphans).toMatch(/put 5 jobs of 2 workers that died back; 1 job went to the failed list/)
})

test('who else leads or moves jobs is said with what to do about it', () => {
  const { events, lines } = written()
  events.emit('standby', { holder: 'web1:77', endsInMs: 60_000, sinceMs: null, system: 'node-resque' })
  events.emit('endlessLock', { holder: 'web1:18716', lock: 'app:app:resque_scheduler_master_lock' })
  events.emit('rival', { isThere: true })
  events.emit('rival', { isThere: false })
  const [standby, endless, there, gone] = lines()
  expect(standby).toMatch(/INFO {2}standing by: web1:77 of node-resque leads/)
  expect(endless).toMatch(/ERROR nobody leads unless process 18716 of web1 lives: its lock never ends/)
  expect(endless).toMatch(/redis-cli EXPIRE app:app:resque_scheduler_master_lock 180/)
  expect(there).toMatch(/ERROR another scheduler that takes no lock .* Stop it/)
  expect(gone).toMatch(/INFO {2}no other scheduler moves delayed jobs any more/)
})
