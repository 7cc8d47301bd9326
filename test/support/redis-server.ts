// A real redis-server of one's own: on a private port of 127.0.0.1, in a fresh folder, gone afterwards.
// However this process ends, even by kill -9, a watchdog process ends the server and removes the folder.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Watchdog } from './watchdog.ts'

export interface RedisServerOptions {
  /** More arguments for redis-server; they win over ours. */
  readonly args?: readonly string[]
  /** This port and no other; otherwise a free one is picked. */
  readonly port?: number
  /** This folder, which is then the caller's to remove; otherwise a fresh temporary one. */
  readonly dir?: string
  /** Keep an append-only file (`everysec`), so that data outlives `kill` and `restart`. */
  readonly appendonly?: boolean
}

export interface RedisServer {
  readonly url: string
  readonly port: number
  readonly dir: string
  readonly pid: number
  /** Ends the server gracefully and removes its folder. */
  stop(): Promise<void>
  /** SIGKILL; the folder stays. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** Starts again on the same port and folder, after a graceful end if it still runs. */
  restart(): Promise<void>
}

interface Running {
  readonly process: ChildProcess
  readonly pid: number
  readonly exited: Promise<void>
}

/** Ports below those that systems hand out to outgoing connections: while a server is down, a client that
 * retries on such a port could connect to itself and so keep the server from coming back. */
const lowestPort = 20_000
const highestPort = 32_767
const bindAttempts = 20
const startTimeoutMs = 15_000
const stopTimeoutMs = 5_000

/** Starts a redis-server and resolves when it accepts commands. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'resque-redis-')))
  const watchdog = new Watchdog(options.dir === undefined ? dir : undefined)
  try {
    for (let attempt = 1; ; attempt++) {
      const port = options.port ?? (await freePort())
      const server = new Server(port, dir, options, watchdog)
      if (await server.start()) return server
      if (options.port !== undefined || attempt === bindAttempts) throw await server.notStarted()
    }
  } catch (error) {
    await watchdog.done()
    throw error
  }
}

/** A port of 127.0.0.1 that is free at this moment; another process may take it in the next. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowestPort + Math.floor(Math.random() * (highestPort - lowestPort))
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

class Server implements RedisServer {
  readonly port: number
  readonly dir: string
  readonly #options: RedisServerOptions
  readonly #watchdog: Watchdog
  #running: Running | undefined

  constructor(port: number, dir: string, options: RedisServerOptions, watchdog: Watchdog) {
    this.port = port
    this.dir = dir
    this.#options = options
    this.#watchdog = watchdog
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get pid(): number {
    if (this.#running === undefined) throw new Error(`redis-server on port ${this.port} is not running`)
    return this.#running.pid
  }

  /** False when the server ended instead of coming up, as it does when the port is taken. */
  async start(): Promise<boolean> {
    const running = await launch(serverArguments(this.port, this.dir, this.#options))
    this.#running = running
    this.#watchdog.watch(running.pid)
    let ended = false
    void running.exited.then(() => {
      ended = true
      if (this.#running === running) this.#forget()
    })
    const ready = new RegExp(`^${running.pid}:M .*Ready to accept connections`, 'm')
    for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += 5) {
      if (ended) return false
      if (ready.test(await this.#log())) return true
      await delay(5)
    }
    await this.kill()
    return false
  }

  async notStarted(): Promise<Error> {
    return new Error(`redis-server did not start on port ${this.port}: ${(await this.#log()).slice(-2_000)}`)
  }

  async stop(): Promise<void> {
    await this.#end()
    await this.#watchdog.done()
  }

  async kill(): Promise<void> {
    const running = this.#running
    running?.process.kill('SIGKILL')
    await running?.exited
  }

  pause(): void {
    process.kill(this.pid, 'SIGSTOP')
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT')
  }

  async restart(): Promise<void> {
    await this.#end()
    for (let attempt = 1; attempt <= bindAttempts; attempt++) {
      if (await this.start()) return
      await delay(50)
    }
    throw await this.notStarted()
  }

  async #end(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    running.process.kill('SIGCONT')
    running.process.kill('SIGTERM')
    const patience = setTimeout(() => running.process.kill('SIGKILL'), stopTimeoutMs)
    await running.exited
    clearTimeout(patience)
  }

  #forget(): void {
    this.#running = undefined
    this.#watchdog.watch(undefined)
  }

  async #log(): Promise<string> {
    return readFile(join(this.dir, 'redis.log'), 'utf8').catch(() => '')
  }
}

function serverArguments(port: number, dir: string, options: RedisServerOptions): string[] {
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir]
  const files = ['--save', '', '--logfile', join(dir, 'redis.log'), '--daemonize', 'no']
  const log = options.appendonly ? ['--appendonly', 'yes', '--appendfsync', 'everysec'] : []
  return [...place, ...files, ...log, ...(options.args ?? [])]
}

/** Detached, so that Ctrl-C at the terminal reaches the tests only and they end their servers themselves. */
async function launch(args: readonly string[]): Promise<Running> {
  const child = spawn('redis-server', args, { stdio: 'ignore', detached: true })
  child.unref()
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.pid === undefined) await failedSpawn(child)
  return { process: child, pid: child.pid ?? 0, exited }
}

function failedSpawn(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', (cause) => {
      reject(
        new Error('redis-server could not be started: is it installed? Run bin/setup --tests.', { cause }),
      )
    })
  })
}
