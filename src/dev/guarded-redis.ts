// A private redis-server on a free port of 127.0.0.1, in a folder of its own. A small shell stands between this
// process and the server: it waits on a pipe from here. When the pipe ends, because we close it or because this
// process dies in whatever way, even by kill -9, the shell ends the server and removes the folder.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from '../clock.ts'
import { RedisError } from '../errors.ts'

/**
 * The server's data is worth nothing without us, so it is ended the quick and certain way. The pipe is read by a
 * part of its own (under number 3, as shells take the input of what runs beside them away); the main part
 * waits for the server, so that a server that ends by itself ends the shell as well. The shell's own output goes
 * nowhere: with nobody left to read it, a word of it would be the shell's end before it has cleaned up.
 */
const guard = `
dir=$1; shift
mkdir -m 700 "$dir" || exit 1
exec 3<&0
"$@" </dev/null 3<&- 2>&1 &
server=$!
exec >/dev/null 2>&1
trap 'kill -KILL "$server"' HUP INT TERM
(while read -r line <&3; do :; done; kill -KILL "$server") &
reader=$!
exec 3<&-
wait "$server"
code=$?
kill "$reader"
rm -rf "$dir"
exit "$code"
`

export interface PrivateRedis {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly dir: string
  readonly version: string
  /** Resolves when the server has ended, whoever ended it, and its folder is gone. */
  readonly ended: Promise<void>
  /** Ends the server and removes its folder. */
  stop(): Promise<void>
}

/** Below the ports that systems hand out to outgoing connections. */
const lowestPort = 20_000
const highestPort = 32_767
const attempts = 10
const startTimeoutMs = 15_000
/** How much of the server's output is kept, in characters, to tell why it did not start. */
const keptOutput = 2_000

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = lowestPort + Math.floor(Math.random() * (highestPort - lowestPort))
    if (await isFree(port)) return port
  }
}

interface Launched {
  readonly shell: ChildProcess
  readonly ended: Promise<void>
  /** The server's process, or null when it ended before it was ready; and what it said. */
  readonly ready: Promise<{ readonly pid: number | null; readonly said: string }>
}

function launch(program: string, dir: string, port: number): Launched {
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir]
  const keepNothing = ['--save', '', '--appendonly', 'no', '--daemonize', 'no', '--logfile', '']
  // Detached: Ctrl-C at the terminal reaches this process only, which then ends the server when all is done.
  const shell = spawn('sh', ['-c', guard, 'sh', dir, program, ...place, ...keepNothing], { detached: true })
  shell.stdin.on('error', () => undefined)
  shell.stderr.resume()
  const ended = new Promise<void>((resolve) => {
    shell.once('close', () => resolve())
    shell.once('error', () => resolve())
  })
  return { shell, ended, ready: readiness(shell, ended) }
}

function readiness(shell: ChildProcess, ended: Promise<void>): Launched['ready'] {
  let said = ''
  return new Promise((resolve) => {
    const callOff = after(startTimeoutMs, () => shell.stdin?.end())
    const tell = (pid: number | null): void => {
      callOff()
      resolve({ pid, said })
    }
    shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-keptOutput)
      const ready = /^(\d+):M .*Ready to accept connections/m.exec(said)
      if (ready !== null) tell(Number(ready[1]))
    })
    void ended.then(() => tell(null))
  })
}

async function attempt(program: string): Promise<PrivateRedis | string> {
  const dir = join(tmpdir(), `resque-dev-${randomBytes(6).toString('hex')}`)
  const port = await freePort()
  const { shell, ended, ready } = launch(program, dir, port)
  const { pid, said } = await ready
  if (pid === null) return said
  const stop = async (): Promise<void> => {
    shell.stdin?.end()
    await ended
  }
  const version = /version[= ]v?([\d.]+\d)/i.exec(said)?.[1] ?? ''
  return { url: `redis://127.0.0.1:${port}`, port, pid, dir, version, ended, stop }
}

/** Starts it. @throws RedisError with the server's own words when it does not start */
export async function startPrivateRedis(program: string): Promise<PrivateRedis> {
  let said = ''
  for (let round = 0; round < attempts; round++) {
    const server = await attempt(program)
    if (typeof server !== 'string') return server
    said = server
    if (!/address already in use|bind/i.test(said)) break
  }
  const words = said.trim() === '' ? 'it said nothing' : `it said:\n${said.trim()}`
  throw new RedisError(`${program} did not start: ${words}\nOr use one that runs already: set REDIS_URL.`)
}
