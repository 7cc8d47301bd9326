// Where a worker's jobs are performed: its job classes, the limits it sets them, and the processes of jobs when they
// do not run in its own.

import type { Clock } from '../clock.ts'
import type { Emitter } from '../events.ts'
import type { Rooms } from '../rooms.ts'
import { Attendants } from './attendants.ts'
import { GivenUp } from './given-up.ts'
import { givenJobs, loadJobFiles, poolFor } from './isolation/isolate.ts'
import type { ProcessPool } from './isolation/process-pool.ts'
import type { JobClasses } from './job-classes.ts'
import type { WorkerNumbers, WorkerOptions } from './options.ts'
import { makePerformer, type Performer } from './perform.ts'
import { QueueList } from './queue-list.ts'

export class Workplace {
  readonly classes: JobClasses
  readonly performer: Performer
  readonly attendants: Attendants
  readonly #options: WorkerOptions
  readonly #pool: ProcessPool | undefined
  readonly #wornOut = new AbortController()

  /** @throws InvalidArgumentError, ConfigurationError for options that cannot be right */
  constructor(
    options: WorkerOptions,
    numbers: WorkerNumbers,
    rooms: Rooms,
    clock: Clock,
    events: Emitter,
    workerId: (slot: number) => string,
  ) {
    const { timeoutSeconds, killGraceSeconds, maxStuck } = numbers
    this.#options = options
    this.classes = givenJobs(options)
    const { text: queues } = new QueueList(options.queues)
    const facts = () => ({ name: workerId(1), queues, concurrency: numbers.concurrency })
    this.attendants = new Attendants(options, rooms, clock, events, facts)
    this.#pool = poolFor(options, numbers, this.classes, clock, events)
    this.performer = makePerformer(rooms, {
      classes: this.classes,
      events,
      limits: { timeoutSeconds, graceSeconds: killGraceSeconds },
      givenUp: new GivenUp(events, maxStuck, () => this.#wornOut.abort()),
      attending: this.attendants,
      run: this.#pool?.run.bind(this.#pool),
      workerId,
    })
  }

  /** Aborts when too many jobs run on that nobody waits for. */
  get wornOut(): AbortSignal {
    return this.#wornOut.signal
  }

  /** Loads the job files and starts the processes. @throws ConfigurationError for a file that cannot be loaded */
  async open(): Promise<void> {
    await loadJobFiles(this.#options, this.classes)
    this.#pool?.open()
    await this.attendants.begin()
  }

  /** Ends the processes; resolves when none is left. */
  async close(): Promise<void> {
    await this.#pool?.close()
    await this.attendants.end()
  }
}
