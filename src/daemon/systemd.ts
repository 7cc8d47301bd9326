// Tells systemd how the service is (sd_notify): started, reloading, stopping, alive. Node has no datagram sockets
// of the kind that systemd listens on, so systemd's own command says it; the unit needs NotifyAccess=all.

import { spawn } from 'node:child_process'
import { after } from '../clock.ts'

/** How a service tells its manager of itself. Without one, nobody is told. */
export interface ServiceManager {
  /** @param isAlive whether the daemon's loop goes on; while it does not, no sign of life is given */
  ready(status: string, isAlive?: () => boolean): void
  stopping(): void
  /** Ends the signs of life. */
  close(): void
}

type Variables = Readonly<Record<string, string | undefined>>

const nobody: ServiceManager = { ready: () => undefined, stopping: () => undefined, close: () => undefined }

/** A notice that cannot be given must not end the daemon: the service then counts as not started in time. */
function notify(env: Variables, ...words: string[]): void {
  const child = spawn('systemd-notify', words, { env: { ...env }, stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}

/** Half of the time after which systemd takes us for hung, in milliseconds; null when it does not watch. */
function signOfLifeMs(env: Variables): number | null {
  const watchdogMs = Number(env['WATCHDOG_USEC']) / 1_000
  const isOurs = (env['WATCHDOG_PID'] ?? String(process.pid)) === String(process.pid)
  return isOurs && watchdogMs >= 2 ? watchdogMs / 2 : null
}

class Systemd implements ServiceManager {
  readonly #env: Variables
  #callOff = (): void => undefined

  constructor(env: Variables) {
    this.#env = env
  }

  ready(status: string, isAlive: () => boolean = () => true): void {
    notify(this.#env, '--ready', `--pid=${process.pid}`, `--status=${status}`)
    const everyMs = signOfLifeMs(this.#env)
    if (everyMs !== null) this.#watch(everyMs, isAlive)
  }

  #watch(everyMs: number, isAlive: () => boolean): void {
    if (isAlive()) notify(this.#env, 'WATCHDOG=1')
    this.#callOff = after(everyMs, () => this.#watch(everyMs, isAlive))
  }

  stopping(): void {
    notify(this.#env, 'STOPPING=1')
  }

  close(): void {
    this.#callOff()
  }
}

/** The manager that the environment names. */
export function serviceManager(env: Variables): ServiceManager {
  return (env['NOTIFY_SOCKET'] ?? '') === '' ? nobody : new Systemd(env)
}
