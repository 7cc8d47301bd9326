// Ends a process and removes its folder even when the test process that started it is killed: a small shell
// process waits on a pipe from here, and the end of the pipe is the end of this process, however it came.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'

/** Reads what to kill, line by line; when the input ends without "done", its owner has died. */
const program = `
victim=
while read -r line; do
  [ "$line" = done ] && exit 0
  victim=$line
done
[ -n "$victim" ] && kill -KILL "$victim" 2>/dev/null
[ -n "$1" ] && sleep 0.1 && rm -rf "$1"
`

export class Watchdog {
  readonly #dir: string | undefined
  readonly #shell: ChildProcess
  readonly #atExit = (): void => this.#cleanUpNow()
  #victim: number | undefined

  /** `dir` is removed at the end, whatever end that is. */
  constructor(dir?: string) {
    this.#dir = dir
    const stdio: ['pipe', 'ignore', 'ignore'] = ['pipe', 'ignore', 'ignore']
    this.#shell = spawn('sh', ['-c', program, 'sh', dir ?? ''], { stdio, detached: true })
    this.#shell.unref()
    this.#shell.stdin?.on('error', () => undefined)
    if (this.#shell.stdin instanceof Socket) this.#shell.stdin.unref()
    // One for each program that a test has started: many are no leak.
    process.setMaxListeners(Math.max(process.getMaxListeners(), process.listenerCount('exit') + 10))
    process.once('exit', this.#atExit)
  }

  /** The pid to kill (negative: the whole process group), or none: a pid that is free may be a stranger's soon. */
  watch(victim: number | undefined): void {
    this.#victim = victim
    this.#shell.stdin?.write(`${victim ?? ''}\n`)
  }

  /** Removes the folder; the victim has ended and nothing is left to watch. */
  async done(): Promise<void> {
    process.off('exit', this.#atExit)
    if (this.#dir !== undefined) await rm(this.#dir, { recursive: true, force: true })
    this.#shell.stdin?.end('done\n')
  }

  #cleanUpNow(): void {
    if (this.#victim !== undefined) killIfThere(this.#victim, 'SIGKILL')
    if (this.#dir !== undefined) rmSync(this.#dir, { recursive: true, force: true })
  }
}

/** Signals a process (negative: a process group) and does not mind when it has gone. */
export function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Whether a process runs; one that has ended and only waits to be collected by its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    // No /proc on this system, or the process ended just now; asking once more tells the two apart.
    return existsSync('/proc/self') ? isRunning(pid) : true
  }
}
