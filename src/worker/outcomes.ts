// What became of jobs, until it is handed in: what went well by itself, because that is handed in more cheaply.

import type { Emitter } from '../events.ts'
import { isPlain } from '../running/quick-exchange.ts'
import type { Outcome, Reserved } from '../running/running.ts'

/** The number of the call that took a job: what follows the process's token. */
function callOf({ token }: Reserved): number {
  return Number(token.slice(token.lastIndexOf('.') + 1))
}

/** In the order in which they were taken. */
export function inOrderTaken(one: Reserved, other: Reserved): number {
  return callOf(one) - callOf(other) || one.slot - other.slot
}

export class Outcomes {
  #plain: Outcome[] = []
  #odd: Outcome[] = []

  get count(): number {
    return this.#plain.length + this.#odd.length
  }

  get hasOdd(): boolean {
    return this.#odd.length > 0
  }

  /** @param token of the registration under which jobs are taken; what was taken under another one is odd */
  add(outcome: Outcome, token: string): void {
    if (isPlain(outcome) && outcome.job.token.startsWith(token)) this.#plain.push(outcome)
    else this.#odd.push(outcome)
  }

  takePlain(): Outcome[] {
    const plain = this.#plain
    this.#plain = []
    return plain
  }

  /** What is put back comes last, and of that the first that was taken: so it stands at the head again. */
  takeOdd(): Outcome[] {
    const odd = this.#odd
    this.#odd = []
    const back = odd.filter(({ kind }) => kind === 'back')
    const others = odd.filter(({ kind }) => kind !== 'back')
    return [...others, ...back.sort((one, other) => inOrderTaken(other.job, one.job))]
  }

  /** They could not be handed in: they are the first of the next call. */
  keep(outcomes: readonly Outcome[]): void {
    this.#plain = [...outcomes.filter(isPlain), ...this.#plain]
    this.#odd = [...outcomes.filter((outcome) => !isPlain(outcome)), ...this.#odd]
  }
}

/** Others have these jobs by now. Whoever meant to put one back has nothing to tell. */
export function tellRefused(
  outcomes: readonly Outcome[],
  refusedSlots: readonly number[],
  events: Emitter,
): void {
  for (const { job, status, kind } of outcomes) {
    if (kind === 'back' || !refusedSlots.includes(job.slot)) continue
    const attempt = job.failures + job.deaths + 1
    events.emit('refused', { id: status?.name ?? null, class: '', queue: job.queue, attempt })
  }
}
