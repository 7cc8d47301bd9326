// Status records: ours and php-resque's.

import { describe, expect, it } from 'vitest'
import { type BesideRecord, readStatus } from '../../src/status/record.ts'

const nothingBeside: BesideRecord = { progress: null, endedBadly: 0 }

function read(record: string, beside = nothingBeside) {
  return readStatus('2ac8', record, beside)
}

describe("php-resque's records", () => {
  it.each([
    [1, 'waiting', 0],
    [2, 'running', 1],
    [3, 'failed', 1],
    [4, 'complete', 1],
  ])('of code %d are %s', (code, state, attempts) => {
    const status = read(`{"status":${code},"updated":1795399796,"started":1795399790}`)
    expect(status).toMatchObject({ id: '2ac8', state, code, class: null, queue: null, attempts })
    expect(status?.enqueuedAt).toEqual(new Date(1_795_399_790_000))
    expect(status?.updatedAt).toEqual(new Date(1_795_399_796_000))
    expect(status?.finishedAt).toEqual(code > 2 ? new Date(1_795_399_796_000) : undefined)
    expect(status?.startedAt).toEqual(code === 2 ? new Date(1_795_399_796_000) : undefined)
  })

  it('may lack the time of enqueueing, and tell a result', () => {
    const status = read('{"status":4,"updated":1795399796,"result":"result of OkJob"}')
    expect(status?.result).toBe('result of OkJob')
    expect(status).not.toHaveProperty('enqueuedAt')
  })
})

describe('our records', () => {
  it('tell everything of a complete job', () => {
    const told = '"result":{"sent":1},"attempts":2,"running_ms":1795399795123,"progress":100'
    expect(
      read(
        `{"status":4,"updated":1795399796,"started":1795399790,"class":"A","queue":"q",${told},"updated_ms":1795399796456}`,
      ),
    ).toEqual({
      id: '2ac8',
      state: 'complete',
      code: 4,
      class: 'A',
      queue: 'q',
      enqueuedAt: new Date(1_795_399_790_000),
      updatedAt: new Date(1_795_399_796_456),
      startedAt: new Date(1_795_399_795_123),
      finishedAt: new Date(1_795_399_796_456),
      attempts: 2,
      result: { sent: 1 },
      progress: 100,
    })
  })

  it('tell the error of a failed job, and no result', () => {
    const status = read('{"status":3,"updated":1,"result":null,"error":{"name":"TypeError","message":"x"}}')
    expect(status?.error).toEqual({ name: 'TypeError', message: 'x' })
    expect(status).not.toHaveProperty('result')
  })

  it('tell when a delayed job is due', () => {
    expect(read('{"status":63,"updated":1,"due":1795400000}')?.dueAt).toEqual(new Date(1_795_400_000_000))
  })

  it('know codes 63 and 64', () => {
    expect(read('{"status":63}')?.state).toBe('delayed')
    expect(read('{"status":64,"updated":1}')).toMatchObject({
      state: 'cancelled',
      finishedAt: new Date(1_000),
    })
  })

  it('tell the progress of a running job only', () => {
    const beside = { progress: '42.5', endedBadly: 0 }
    expect(read('{"status":2,"updated":1}', beside)?.progress).toBe(42.5)
    expect(read('{"status":4,"updated":1}', beside)).not.toHaveProperty('progress')
  })

  it('tell what was said with the progress, while it runs and afterwards', () => {
    const beside = { progress: '42.5 page 3\nof 7', endedBadly: 0 }
    expect(read('{"status":2,"updated":1}', beside)).toMatchObject({
      progress: 42.5,
      progressMessage: 'page 3\nof 7',
    })
    const ended = read('{"status":4,"updated":1,"progress":100,"progress_message":"all"}', beside)
    expect(ended).toMatchObject({ progress: 100, progressMessage: 'all' })
  })

  it('tell the size of a result that was too large to keep', () => {
    const status = read('{"status":4,"updated":1,"result":null,"result_bytes":198002}')
    expect(status).toMatchObject({ result: null, resultTooLargeBytes: 198_002 })
  })

  it('count the attempts that ended badly before', () => {
    const beside = { progress: null, endedBadly: 2 }
    expect(read('{"status":1,"updated":1}', beside)?.attempts).toBe(2)
    expect(read('{"status":2,"updated":1}', beside)?.attempts).toBe(3)
    expect(read('{"status":3,"updated":1,"attempts":5}', beside)?.attempts).toBe(5)
  })
})

describe('what is no record', () => {
  it.each(['', 'no json', 'null', '7', '[]', '{}', '{"status":"1"}', '{"status":5}', '{"status":0}'])(
    '%j is none',
    (text) => {
      expect(read(text)).toBeNull()
    },
  )

  it('may have members of any type', () => {
    const odd = '{"status":3,"updated":"x","started":[],"class":7,"queue":{},"error":"text","attempts":"2"}'
    expect(read(odd)).toEqual({ id: '2ac8', state: 'failed', code: 3, class: null, queue: null, attempts: 1 })
    expect(read('{"status":3,"error":{"name":7}}')?.error).toEqual({ name: 'Error', message: '' })
  })
})
