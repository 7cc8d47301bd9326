import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandOf, RespReader } from './resp.ts'

function request(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
}

function framesOf(text: string, pieceBytes = text.length): string[] {
  const reader = new RespReader()
  const bytes = Buffer.from(text)
  const frames: string[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    frames.push(...reader.push(bytes.subarray(at, at + pieceBytes)).map((frame) => frame.bytes.toString()))
  }
  return frames
}

const everyKind = [
  '+OK\r\n',
  '-ERR no such thing\r\n',
  ':-7\r\n',
  '$0\r\n\r\n',
  '$-1\r\n',
  '$4\r\na\r\nb\r\n',
  '*0\r\n',
  '*-1\r\n',
  '*3\r\n:1\r\n*2\r\n$1\r\nx\r\n_\r\n$-1\r\n',
  '%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n,1.5\r\n',
  '~2\r\n#t\r\n#f\r\n',
  '>2\r\n+message\r\n$2\r\nhi\r\n',
  '|1\r\n+ttl\r\n:9\r\n*1\r\n+described\r\n',
  '=7\r\ntxt:abc\r\n',
  '!5\r\nERR x\r\n',
  '(12345678901234567890\r\n',
  '_\r\n',
]

test('each kind of value is one frame, whatever pieces it arrives in', () => {
  for (const pieceBytes of [1, 2, 3, 7, 1_000]) {
    expect(framesOf(everyKind.join(''), pieceBytes)).toEqual(everyKind)
  }
})

test('the type of a frame is that of its outermost value', () => {
  const types = new RespReader().push(Buffer.from(everyKind.join(''))).map((frame) => frame.type)
  expect(types.join('')).toBe('+-:$$$***%~>|=!(_')
})

test('a value that is not whole is kept back', () => {
  expect(framesOf('*2\r\n$1\r\na\r\n')).toEqual([])
  expect(framesOf('$5\r\nabcde\r')).toEqual([])
})

test('any command comes out as it went in', () => {
  const words = fc.array(fc.string({ unit: 'binary' }), { minLength: 0, maxLength: 5 })
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 20 }), (args, pieceBytes) => {
      const text = request('lpush', ...args)
      const reader = new RespReader()
      const bytes = Buffer.from(text)
      const frames = []
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        frames.push(...reader.push(bytes.subarray(at, at + pieceBytes)))
      }
      expect(frames.map(commandOf)).toEqual([['lpush', ...args]])
    }),
  )
})

test('the name of a command is given in lower case, its arguments as they are', () => {
  const [frame] = new RespReader().push(Buffer.from(request('SET', 'Key', 'É')))
  expect(frame && commandOf(frame)).toEqual(['set', 'Key', 'É'])
})

test('a command typed by hand is one line', () => {
  const [frame] = new RespReader().push(Buffer.from('PING hello\r\n'))
  expect(frame && commandOf(frame)).toEqual(['ping', 'hello'])
})

test('a large text in small pieces comes out whole', () => {
  const text = request('set', 'k', 'x'.repeat(20_000_000))
  expect(framesOf(text, 16_384)).toEqual([text])
})

test('what is not RESP is refused', () => {
  expect(() => framesOf('*1\r\n\u0001\r\n')).toThrow('not RESP')
})
