// Redis's protocol and nothing else: what the limits are measured with. Texts must be ASCII, as the bench's are.

import { connect } from 'node:net'

function encode(commands) {
  let text = ''
  for (const command of commands) {
    text += `*${command.length}\r\n`
    for (const part of command) {
      const value = String(part)
      text += `$${value.length}\r\n${value}\r\n`
    }
  }
  return text
}

const ends = { '+': true, '-': true, ':': true }

/** Reads the reply that begins at `at`. -> { value, next }, or undefined when it is not all there. */
function readReply(text, at) {
  const end = text.indexOf('\r\n', at)
  if (end < 0) return undefined
  const kind = text[at]
  const head = text.slice(at + 1, end)
  if (ends[kind]) return { value: replyOf(kind, head), next: end + 2 }
  const size = Number(head)
  if (size < 0) return { value: null, next: end + 2 }
  return kind === '$' ? readBulk(text, end + 2, size) : readList(text, end + 2, size)
}

function replyOf(kind, head) {
  if (kind === '-') return new Error(head)
  return kind === ':' ? Number(head) : head
}

function readBulk(text, from, size) {
  if (text.length < from + size + 2) return undefined
  return { value: text.slice(from, from + size), next: from + size + 2 }
}

function readList(text, from, size) {
  const value = []
  let next = from
  for (let index = 0; index < size; index++) {
    const read = readReply(text, next)
    if (read === undefined) return undefined
    value.push(read.value)
    next = read.next
  }
  return { value, next }
}

/**
 * A connection. `call([['RPUSH', 'key', 'text'], …])` sends the commands in one write and resolves to their
 * replies; calls that are under way are answered in order. @throws Error of the first command that Redis refused
 */
export function openWire(port) {
  const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1')
  const waiting = []
  let pending = ''
  let replies = []
  const answer = (value) => {
    replies.push(value)
    if (replies.length < waiting[0].count) return
    const { resolve, reject } = waiting.shift()
    const refusal = replies.find((reply) => reply instanceof Error)
    if (refusal === undefined) resolve(replies)
    else reject(refusal)
    replies = []
  }
  socket.on('data', (chunk) => {
    pending = pending === '' ? chunk : pending + chunk
    let at = 0
    for (let read = readReply(pending, at); read !== undefined; read = readReply(pending, at)) {
      at = read.next
      answer(read.value)
    }
    pending = pending.slice(at)
  })
  socket.on('error', (error) => {
    for (const { reject } of waiting.splice(0)) reject(error)
  })
  const call = (commands) =>
    new Promise((resolve, reject) => {
      waiting.push({ count: commands.length, resolve, reject })
      socket.write(encode(commands), 'latin1')
    })
  return { call, one: async (...command) => (await call([command]))[0], close: () => socket.destroy() }
}
