// What signals do to a worker that is there already, or will be.

import { systemClock } from '../../clock.ts'
import type { SignalHandlers } from '../../daemon/signals.ts'
import type { ServiceManager } from '../../daemon/systemd.ts'
import type { Log } from '../../log.ts'
import type { Worker } from '../../worker/worker.ts'
import { Stopping } from '../daemon.ts'
import { Echoes, type SignalSource } from './echoes.ts'

export interface SteeringOptions {
  /** Whether TERM and INT do what QUIT does. */
  readonly gracefulTerm: boolean
  readonly hasMaster: boolean
}

type Steered = Pick<Worker, 'busy' | 'stop' | 'abortJobs' | 'pause' | 'resume'>

const forMasters = ['SIGHUP', 'SIGTTIN', 'SIGTTOU'] as const

export class Steering {
  readonly stopping: Stopping = new Stopping()
  service: ServiceManager | undefined
  readonly #log: Log
  readonly #options: SteeringOptions
  readonly #echoes = new Echoes(systemClock)
  #worker: Steered | undefined
  #isPaused = false
  #terms = 0

  constructor(log: Log, options: SteeringOptions) {
    this.#log = log
    this.#options = options
  }

  set worker(worker: Steered) {
    this.#worker = worker
    if (this.#isPaused) worker.pause()
  }

  /** Finishes the jobs in hand, then stops. @param why as the log tells it */
  quit(why: string): void {
    if (this.stopping.isAsked) return
    this.#say(`${why}: finishing the jobs in hand, then stopping`)
    void this.#worker?.stop({ finish: true })
    this.stopping.ask()
  }

  /** The first time jobs in hand may go on for a while, the second time they are put back, the third time it ends. */
  terminate(why: string): void {
    this.#terms++
    if (this.#terms > 1) this.#hurry()
    else if (this.#options.gracefulTerm) this.quit(why)
    else {
      this.#say(`${why}: jobs in hand may end within the term timeout`)
      void this.#worker?.stop()
      this.stopping.ask()
    }
  }

  #hurry(): void {
    if (this.#terms === 2) this.#say('told again: putting the jobs in hand back now')
    void this.#worker?.stop({ withinSeconds: 0 })
    if (this.#terms > (this.#worker === undefined ? 1 : 2)) this.stopping.askNow()
    else this.stopping.ask()
  }

  #say(message: string): void {
    this.#log.say('info', message, { busy: this.#worker?.busy ?? 0 })
  }

  /** A signal of the system, or one that the master was sent. */
  hear(name: NodeJS.Signals, from: SignalSource): void {
    if (this.#options.hasMaster && !this.#echoes.isNews(name, from)) return
    this.#actions[name]?.()
  }

  #pause(): void {
    this.#say('USR2: pausing; CONT goes on')
    this.#isPaused = true
    this.#worker?.pause()
  }

  #resume(): void {
    if (this.stopping.isAsked) return // who stops a service often sends CONT after TERM
    this.#say('CONT: taking jobs')
    this.#isPaused = false
    this.#worker?.resume()
  }

  /** These have a meaning for a master only; without a handler they would end this process, or halt it. */
  #forMaster(name: string): void {
    if (this.#options.hasMaster) return
    const cure = 'Start with --processes to have a master, which replaces its processes one by one'
    this.#say(`${name.slice(3)}: there is no other process to take over, so nothing changes. ${cure}`)
  }

  readonly #actions: SignalHandlers = {
    SIGQUIT: () => this.quit('QUIT'),
    SIGTERM: () => this.terminate('told to stop'),
    SIGINT: () => this.terminate('told to stop'),
    SIGUSR1: () => {
      this.#say('USR1: telling the jobs in hand to end')
      this.#worker?.abortJobs()
    },
    SIGUSR2: () => this.#pause(),
    SIGCONT: () => this.#resume(),
    ...Object.fromEntries(forMasters.map((name) => [name, () => this.#forMaster(name)])),
  }

  /** For the signals of the system. */
  get signals(): SignalHandlers {
    const names = Object.keys(this.#actions) as NodeJS.Signals[]
    return Object.fromEntries(names.map((name) => [name, () => this.hear(name, 'system')]))
  }
}
