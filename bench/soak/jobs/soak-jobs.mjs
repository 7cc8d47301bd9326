// The jobs of the soak. Each tells the ledger what has become of it.

import { openLedger } from '../ledger.mjs'

const ledger = openLedger(Number(process.env.SOAK_LEDGER))

/** Performed once, and how late is noted. */
export class Plain {
  static queue = 'soak'
  async perform(index, dueMs) {
    ledger.late(Date.now() - dueMs)
    await ledger.end('done', index)
  }
}

/** Fails at first, and is done at the second try. */
export class Flaky {
  static queue = 'soak'
  static retry = { limit: 3, backoff: [1] }
  async perform(index) {
    if (await ledger.isFirstTry(index)) throw new Error('not yet')
    await ledger.end('done', index)
  }
}

/** Fails at both tries. */
export class Doomed {
  static queue = 'soak'
  static retry = { limit: 1, backoff: [1] }
  async perform(index) {
    if (!(await ledger.isFirstTry(index))) await ledger.end('failed', index)
    throw new Error('never')
  }
}

/** Enqueued by the schedule. */
export class Recurring {
  static queue = 'soak'
  async perform() {
    const { name, plannedMs } = this.job.recurring
    ledger.late(Date.now() - plannedMs)
    await ledger.ran(name, plannedMs)
  }
}
