// Names and plain payloads of all that happens, and a typed emitter. What is printed of it is decided in log.ts.

/** Everything that a scheduler, a worker or a client tells. */
export interface Events {
  /** A daemon has begun. */
  started: { readonly role: 'scheduler' | 'worker'; readonly name: string }
  stopped: { readonly role: 'scheduler' | 'worker'; readonly name: string }
  /** Redis failed (told once), or answers again. */
  trouble: { readonly role: string; readonly error: unknown }
  recovered: { readonly role: string }
  /** The lease was taken, or lost to `holder`; with `appName`, that of the application's recurring entries. */
  leading: { readonly name: string; readonly appName?: string }
  standby: { readonly holder: string; readonly endsInMs: number; readonly appName?: string }
  promoted: { readonly count: number; readonly refused: number; readonly lateMs: number }
  fired: {
    readonly entry: string
    readonly class: string
    readonly queue: string
    readonly plannedMs: number
    readonly id: string | null
    readonly caughtUp: boolean
  }
  /** Runs that were missed and will not be made up. */
  skipped: {
    readonly entry: string
    readonly count: number
    readonly firstPlannedMs: number
    readonly reason: string
  }
  /** The leader's plan is new, or another than before: how many entries are in force, and what became of which. */
  scheduleLoaded: {
    readonly entries: number
    readonly added: readonly string[]
    readonly changed: readonly string[]
    readonly removed: readonly string[]
  }
  /** A dynamic entry cannot run, or an entry of the schedule file has its name. Told once. */
  entryLeftOut: { readonly entry: string; readonly reason: string }
  reserved: JobEvent
  completed: JobEvent & { readonly durationMs: number; readonly result: unknown }
  failed: JobEvent & { readonly durationMs: number; readonly error: unknown }
  retried: JobEvent & { readonly error: unknown; readonly delaySeconds: number }
  /** The worker stopped before the job had ended; it is back at the head of its queue. */
  givenBack: JobEvent
  /** What this worker said of a job came too late: it had been taken for dead. */
  refused: JobEvent
  /** Jobs of dead workers that went back to their queues, or to the failed list. */
  orphans: { readonly processes: number; readonly requeued: number; readonly failed: number }
  /** What a job logged. */
  logged: JobEvent & { readonly line: string }
  /** This machine's clock and Redis's differ by more than a second. */
  clockSkew: { readonly aheadMs: number }
}

export interface JobEvent {
  readonly id: string | null
  readonly class: string
  readonly queue: string
  readonly attempt: number
}

export type EventName = keyof Events
export type Listener<Name extends EventName> = (event: Events[Name]) => void

/** Calls listeners; one that throws does not keep the others, or the daemon, from going on. */
export class Emitter {
  readonly #listeners = new Map<EventName, Set<(event: never) => void>>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void = () => undefined) {
    this.#onError = onError
  }

  /** Listens; the function returned stops listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** Whether anyone listens: what is costly to tell need not be told to nobody. */
  has(name: EventName): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0
  }

  emit<Name extends EventName>(name: Name, event: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        ;(listener as Listener<Name>)(event)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
