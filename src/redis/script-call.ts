// A script call, as ioredis sends it: a command that does only what such a call needs. ioredis's own commands take
// arguments of any kind, have a timer each, and are answered by way of several promises, which takes longer than
// sending them.

import { Command, type Redis } from 'ioredis'
import { elapsedMs } from '../clock.ts'
import type { Deadlines } from './deadlines.ts'
import { isUnknownScript } from './trouble.ts'

export type ScriptArgument = string | number | Buffer

/** A script, as it is called. */
export interface CallableScript {
  readonly sha: string
  readonly text: string
}

/** The connection that a call goes over. */
export interface Line {
  readonly client: Redis
  readonly deadlines: Deadlines | null
  /** Told of each call that was sent. */
  watch(): void
  explain(error: unknown): Error
}

/** Texts come as bytes. */
function decoded(reply: unknown): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString()
  return Array.isArray(reply) ? reply.map(decoded) : reply
}

type Measure = (text: string) => number

const bytesOf: Measure = (text) => Buffer.byteLength(text)
const charactersOf: Measure = (text) => text.length

/** What stands before an argument of this length: the end of the one before, and the length. */
const heads = Array.from({ length: 512 }, (_, length) => `\r\n$${length}\r\n`)

function headOf(length: number): string {
  return heads[length] ?? `\r\n$${length}\r\n`
}

/** Arguments that are no bytes, in Redis's protocol. */
function argumentsOf(words: readonly ScriptArgument[], measure: Measure): string {
  let text = ''
  for (let index = 0; index < words.length; index++) {
    const word = String(words[index])
    text += headOf(measure(word))
    text += word
  }
  return text
}

/** The same for those among which there are bytes. */
function argumentBytes(words: readonly ScriptArgument[]): Buffer {
  const parts = words.flatMap((word) =>
    typeof word === 'object'
      ? [Buffer.from(headOf(word.length)), word]
      : [Buffer.from(argumentsOf([word], bytesOf))],
  )
  return Buffer.concat(parts)
}

/** `EVALSHA sha`, ready to be sent; every script is called many times. */
const openings = new WeakMap<CallableScript, string>()

function openingOf(script: CallableScript): string {
  const known = openings.get(script) ?? argumentsOf(['evalsha', script.sha], charactersOf)
  openings.set(script, known)
  return known
}

/** A call up to its keys. */
function beginningOf({ name, script, keys, words }: ScriptCall, measure: Measure): string {
  const opening = name === 'eval' ? argumentsOf(['eval', script.text], bytesOf) : openingOf(script)
  const count = 3 + keys.length + words.length
  return `*${count}${opening}${headOf(String(keys.length).length)}${keys.length}${argumentsOf(keys, measure)}`
}

function isBytes(word: ScriptArgument): word is Buffer {
  return typeof word === 'object'
}

/** A call without bytes. */
function textOf(call: ScriptCall, measure: Measure): string {
  return `${beginningOf(call, measure)}${argumentsOf(call.words, measure)}\r\n`
}

/**
 * What ioredis calls of a command is inherited; what a script call does in another way is here. Its fields are declared
 * only, so that nothing but the constructor sets them up.
 */
class ScriptCall {
  declare readonly name: 'evalsha' | 'eval'
  declare readonly line: Line
  declare readonly script: CallableScript
  declare readonly keys: readonly string[]
  declare readonly words: readonly ScriptArgument[]
  declare readonly sentMs: number
  declare readonly promise: Promise<unknown>
  declare answer: (reply: unknown) => void
  declare fail: (error: unknown) => void
  /** ioredis notes by it that it has told who traces. */
  declare isTraced: boolean

  constructor(
    name: 'evalsha' | 'eval',
    line: Line,
    script: CallableScript,
    keys: readonly string[],
    words: readonly ScriptArgument[],
  ) {
    this.name = name
    this.line = line
    this.script = script
    this.keys = keys
    this.words = words
    this.sentMs = elapsedMs()
    this.isTraced = false
    this.promise = new Promise((resolve, reject) => {
      this.answer = resolve
      this.fail = reject
    })
  }

  /** For traces and errors. */
  get args(): ScriptArgument[] {
    const { sha, text } = this.script
    return [this.name === 'eval' ? text : sha, this.keys.length, ...this.keys, ...this.words]
  }

  setReplyContext(): void {}

  /** ioredis's timer: our deadlines are kept elsewhere. */
  setTimeout(): void {}

  toWritable(): string | Buffer {
    const { words } = this
    if (words.some(isBytes))
      return Buffer.concat([
        Buffer.from(beginningOf(this, bytesOf)),
        argumentBytes(words),
        Buffer.from('\r\n'),
      ])
    // Nearly all texts are ASCII all through, where a character is a byte: looked at once, and not word by word.
    const text = textOf(this, charactersOf)
    return Buffer.byteLength(text) === text.length ? text : textOf(this, bytesOf)
  }

  resolve(reply: unknown): void {
    this.line.deadlines?.delete(this)
    this.answer(typeof reply === 'number' ? reply : decoded(reply))
  }

  reject(error: unknown): void {
    const { name, line, script, keys, words } = this
    line.deadlines?.delete(this)
    // Redis forgets scripts when it restarts or fails over; EVAL both runs the script and loads it again.
    if (name === 'evalsha' && isUnknownScript(error))
      this.answer(send(new ScriptCall('eval', line, script, keys, words)))
    else this.fail(line.explain(error))
  }
}
Object.setPrototypeOf(ScriptCall.prototype, Command.prototype)

function send(call: ScriptCall): Promise<unknown> {
  const { client, deadlines, watch } = call.line
  deadlines?.add(call)
  try {
    client.sendCommand(call as unknown as Command)
  } catch (error) {
    call.reject(error) // the text is longer than a text may be
  }
  watch()
  return call.promise
}

/** Calls a script over this connection. Rejects with what the connection explains. */
export function callScript(
  line: Line,
  script: CallableScript,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  return send(new ScriptCall('evalsha', line, script, keys, args))
}
