// The journal: every state on a job's way is told, in order, also where events leave one out.

import { expect, test } from 'vitest'
import { Journal } from '../../src/dev/journal.ts'
import { clockTime, durationText, jobText, type Paper } from '../../src/dev/paper.ts'

const nowMs = new Date(2026, 10, 23, 15, 4, 5, 60).getTime()
const clock = { nowMs: () => nowMs, sleep: async () => undefined }
const mail = { class: 'SendEmail', args: ['ann'], queue: 'mail', dueMs: null }
const event = { id: '0123456789abcdef', class: 'SendEmail', queue: 'mail', attempt: 1 }

function journal(): { journal: Journal; lines: string[] } {
  const lines: string[] = []
  const paper: Paper = {
    write: (line) => lines.push(line),
    paint: (_ink, text) => text,
    printable: (text) => text.replaceAll('\u001b', '?'),
  }
  return { journal: new Journal(paper, clock), lines }
}

/** Lines without their times. */
function told(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\S+ +/, ''))
}

test('a line has time, word, the end of the id, the job and a note', async () => {
  const { journal: book, lines } = journal()
  await book.enqueue(mail, async () => event.id)
  expect(lines).toEqual(['15:04:05.060  waiting    89abcdef  SendEmail("ann")  in queue mail'])
})

test('what a worker says while a job is being enqueued comes after it', async () => {
  const { journal: book, lines } = journal()
  await book.enqueue(mail, async () => {
    book.take(() => book.reserved(event))
    book.take(() => book.completed({ ...event, durationMs: 12.4, result: null }))
    return event.id
  })
  expect(told(lines)).toEqual([
    'waiting    89abcdef  SendEmail("ann")  in queue mail',
    'running    89abcdef  SendEmail("ann")',
    'complete   89abcdef  SendEmail("ann")  in 12 ms',
  ])
  expect(book.ends.get('SendEmail')).toEqual({ complete: 1, failed: 0, cancelled: 0 })
})

test('a delayed job that runs has been waiting in between', async () => {
  const { journal: book, lines } = journal()
  await book.enqueue({ ...mail, dueMs: nowMs + 3_000 }, async () => event.id)
  book.reserved(event)
  expect(told(lines)).toEqual([
    'delayed    89abcdef  SendEmail("ann")  due at 15:04:08, in 3 s',
    'waiting    89abcdef  SendEmail("ann")  in queue mail',
    'running    89abcdef  SendEmail("ann")',
  ])
})

test('a promotion is told of jobs that are due, and of no others', async () => {
  const { journal: book, lines } = journal()
  await book.enqueue({ ...mail, dueMs: nowMs }, async () => 'due')
  await book.enqueue({ ...mail, dueMs: nowMs + 1 }, async () => 'not due')
  book.promoted({ count: 1, refused: 0, lateMs: 4 })
  expect(told(lines).slice(2)).toEqual([
    'waiting    due       SendEmail("ann")  in queue mail, 4 ms after it was due',
  ])
})

test('a failed attempt is told with its reason, and so is the next one', async () => {
  const { journal: book, lines } = journal()
  const error = new RangeError('too far')
  book.reserved(event)
  book.retried({ ...event, error, delaySeconds: 2 })
  book.reserved({ ...event, attempt: 2 })
  book.failed({ ...event, attempt: 2, durationMs: 1, error })
  expect(told(lines)).toEqual([
    'running    89abcdef  SendEmail',
    'delayed    89abcdef  SendEmail  attempt 1 failed, next in 2 s: RangeError: too far',
    'waiting    89abcdef  SendEmail  in queue mail',
    'running    89abcdef  SendEmail  attempt 2',
    'failed     89abcdef  SendEmail  RangeError: too far',
  ])
})

test('a job is cancelled once', async () => {
  const { journal: book, lines } = journal()
  await book.enqueue(mail, async () => event.id)
  const job = book.known(event.id)
  if (job !== undefined) for (const _ of [1, 2]) book.cancelled(job)
  expect(told(lines).slice(1)).toEqual(['cancelled  89abcdef  SendEmail("ann")'])
  expect(book.pending).toEqual([])
})

test('what a job logs moves no cursor', () => {
  const { journal: book, lines } = journal()
  book.logged({ ...event, line: '\u001b[2J' })
  expect(told(lines)).toEqual(['log        89abcdef  SendEmail: ?[2J'])
})

test('texts of times, durations and jobs', () => {
  expect(clockTime(nowMs)).toBe('15:04:05.060')
  expect([0.4, 350, 2_540, 60_000, 250_000].map(durationText)).toEqual([
    '0 ms',
    '350 ms',
    '2.5 s',
    '1 min',
    '4 min 10 s',
  ])
  expect(jobText('X', [1, { a: 'b' }])).toBe('X(1, {"a":"b"})')
  expect(jobText('X', ['y'.repeat(100)])).toBe(`X("${'y'.repeat(59)}…)`)
})
