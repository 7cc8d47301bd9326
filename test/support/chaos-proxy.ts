// A proxy between a program and Redis that understands what passes: it can stop the world exactly before a
// command reaches Redis or exactly between Redis's answer and the program, so that a test kills there.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { commandOf, type RespFrame, RespReader } from './resp.ts'

/** `'drop'` loses the command or the reply. As on a real network the connection is lost with it, unless the
 * proxy swallows, when the program waits in vain. */
type Verdict = undefined | 'drop'

// biome-ignore lint/suspicious/noConfusingVoidType: an action that returns nothing is the usual case.
type Action<T extends unknown[]> = (...given: T) => void | Verdict | Promise<void | Verdict>

export interface TrapOptions {
  /** Given the words of a command, the first in lower case. See `named` and `runsScript`. */
  readonly match: (command: readonly string[]) => boolean
  /** `before` it is passed on to Redis, or `after` Redis has answered, with the answer held back. */
  readonly when: 'before' | 'after'
  /** Acts at the nth match only, counted from 1 (the default) from when the trap was set. */
  readonly nth?: number
  readonly action: Action<[command: readonly string[]]>
}

export interface Trap {
  /** How often the command has matched so far. */
  readonly hits: number
  /** Resolves with the command when the action has ended. */
  readonly sprung: Promise<readonly string[]>
}

export interface ChaosProxy {
  /** The target's URL with this proxy's host and port. */
  readonly url: string
  /** Every command that came, while `record` is on. */
  readonly commands: string[][]
  record: boolean
  /** Each command reaches Redis that much later. */
  delayMs: number
  stop(): Promise<void>
  /** Breaks all connections. New ones are accepted. */
  cut(): void
  /** While true, new connections are closed at once. */
  refuse(on: boolean): void
  /** While true, bytes are accepted and go nowhere. Connections caught by it stay dead afterwards. */
  swallow(on: boolean): void
  /** Sees every command before it is passed on; the last handler given counts. */
  onCommand(handler: Action<[command: readonly string[]]>): void
  trap(options: TrapOptions): Trap
}

/** Matches a command by its name, in any case. */
export function named(name: string): (command: readonly string[]) => boolean {
  return (command) => command[0] === name.toLowerCase()
}

/** Matches the calls of one script, by EVALSHA or with its text by EVAL. */
export function runsScript(sha: string): (command: readonly string[]) => boolean {
  return ([name, script = '']) =>
    (name === 'evalsha' && script === sha) ||
    (name === 'eval' && createHash('sha1').update(script).digest('hex') === sha)
}

/** Starts a proxy to the Redis at `targetUrl` on a free port of 127.0.0.1. */
export async function startProxy(targetUrl: string): Promise<ChaosProxy> {
  const server = createServer({ noDelay: true })
  const proxy = new ProxyServer(server, targetUrl)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return proxy
}

class SetTrap implements Trap {
  readonly when: 'before' | 'after'
  readonly sprung: Promise<readonly string[]>
  hits = 0
  readonly #options: TrapOptions
  #spring: (command: readonly string[]) => void = () => undefined

  constructor(options: TrapOptions) {
    this.#options = options
    this.when = options.when
    this.sprung = new Promise((resolve) => {
      this.#spring = resolve
    })
  }

  async meet(command: readonly string[]): Promise<Verdict> {
    if (!this.#options.match(command)) return undefined
    this.hits += 1
    if (this.hits !== (this.#options.nth ?? 1)) return undefined
    const verdict = await this.#options.action(command)
    this.#spring(command)
    return verdict === 'drop' ? 'drop' : undefined
  }
}

class ProxyServer implements ChaosProxy {
  readonly commands: string[][] = []
  record = false
  delayMs = 0
  swallowing = false
  readonly #server: Server
  readonly #target: URL
  readonly #lines = new Set<Line>()
  #traps: SetTrap[] = []
  #refusing = false
  #handler: Action<[readonly string[]]> = () => undefined

  constructor(server: Server, targetUrl: string) {
    this.#server = server
    this.#target = new URL(targetUrl)
    server.on('connection', (client) => this.#accept(client))
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the proxy has stopped')
    const url = new URL(this.#target)
    url.hostname = '127.0.0.1'
    url.port = String(address.port)
    return url.href
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  cut(): void {
    for (const line of this.#lines) line.cut()
  }

  refuse(on: boolean): void {
    this.#refusing = on
  }

  swallow(on: boolean): void {
    this.swallowing = on
    if (on) for (const line of this.#lines) line.deafen()
  }

  onCommand(handler: Action<[readonly string[]]>): void {
    this.#handler = handler
  }

  trap(options: TrapOptions): Trap {
    const trap = new SetTrap(options)
    this.#traps.push(trap)
    return trap
  }

  async meetCommand(command: string[]): Promise<Verdict> {
    if (this.record) this.commands.push(command)
    if ((await this.#handler(command)) === 'drop') return 'drop'
    return this.meetTraps('before', command)
  }

  async meetTraps(when: 'before' | 'after', command: readonly string[]): Promise<Verdict> {
    let verdict: Verdict
    for (const trap of this.#traps) {
      if (trap.when === when && (await trap.meet(command)) === 'drop') verdict = 'drop'
    }
    return verdict
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.on('error', () => undefined).destroy()
      return
    }
    const port = Number(this.#target.port || 6379)
    const redis = connect({ port, host: this.#target.hostname, noDelay: true })
    const line = new Line(this, client, redis)
    this.#lines.add(line)
    void line.closed.then(() => this.#lines.delete(line))
    if (this.swallowing) line.deafen()
  }
}

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

const subscribing = /^[ps]?(un)?subscribe$/
const published = /^[ps]?(message|(un)?subscribe)$/

/** One connection of a program, with the connection to Redis that it stands for. */
class Line {
  readonly closed: Promise<unknown>
  readonly #proxy: ProxyServer
  readonly #client: Socket
  readonly #redis: Socket
  readonly #requests = new RespReader()
  readonly #replies = new RespReader()
  /** Commands that Redis has not answered yet, oldest first. */
  readonly #unanswered: string[][] = []
  #toRedis: Promise<void> = Promise.resolve()
  #toClient: Promise<void> = Promise.resolve()
  #subscribed = false
  #deaf = false

  constructor(proxy: ProxyServer, client: Socket, redis: Socket) {
    this.#proxy = proxy
    this.#client = client
    this.#redis = redis
    client.on('data', (piece) => this.#fromClient(piece))
    redis.on('data', (piece) => this.#fromRedis(piece))
    for (const socket of [client, redis]) socket.on('error', () => undefined)
    this.closed = Promise.all([client, redis].map(closing))
    client.once('close', () => this.#afterAll(() => redis.end()))
    redis.once('close', () => this.#afterAll(() => this.#hangUp()))
  }

  cut(): void {
    this.#client.destroy()
    this.#redis.destroy()
  }

  /** From here on nothing passes, and the program is not told: the state of a half-open connection. */
  deafen(): void {
    this.#deaf = true
  }

  #fromClient(piece: Buffer): void {
    if (this.#deaf) return
    const arrivedMs = Date.now()
    for (const frame of this.#requests.push(piece)) {
      this.#toRedis = this.#toRedis.then(() => this.#request(frame, arrivedMs)).catch(() => this.cut())
    }
  }

  #fromRedis(piece: Buffer): void {
    for (const frame of this.#replies.push(piece)) {
      this.#toClient = this.#toClient.then(() => this.#reply(frame)).catch(() => this.cut())
    }
  }

  async #request(frame: RespFrame, arrivedMs: number): Promise<void> {
    const command = commandOf(frame)
    const verdict = await this.#proxy.meetCommand(command)
    const waitMs = arrivedMs + this.#proxy.delayMs - Date.now()
    if (waitMs > 0) await delay(waitMs)
    if (verdict === 'drop') return this.#lose()
    if (this.#deaf) return
    if (subscribing.test(command[0] ?? '')) this.#subscribed = true
    else this.#unanswered.push(command)
    this.#redis.write(frame.bytes)
  }

  async #reply(frame: RespFrame): Promise<void> {
    const verdict = this.#answers(frame) ? await this.#answered(frame) : undefined
    if (verdict === 'drop') return this.#lose()
    if (!this.#deaf) this.#client.write(frame.bytes)
  }

  async #answered(frame: RespFrame): Promise<Verdict> {
    const command = this.#unanswered.shift()
    // A script that Redis did not know has not run; the program sends it again with its text.
    if (command === undefined || frame.bytes.subarray(0, 9).toString() === '-NOSCRIPT') return undefined
    return this.#proxy.meetTraps('after', command)
  }

  /** Whether this is the answer to a command, and not something published. */
  #answers(frame: RespFrame): boolean {
    if (frame.type === '>') return false
    return !(this.#subscribed && frame.type === '*' && published.test(commandOf(frame)[0] ?? ''))
  }

  #lose(): void {
    if (!this.#deaf) this.cut()
  }

  #hangUp(): void {
    if (!this.#deaf) this.#client.end()
  }

  /** What has been received is passed on before an end is: a dead program's last command still counts. */
  #afterAll(end: () => void): void {
    void Promise.all([this.#toRedis, this.#toClient]).then(end)
  }
}
