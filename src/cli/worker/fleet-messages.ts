// What a master and its worker processes say to each other.

import type { Order } from '../../daemon/orders.ts'
import type { WorkerReport } from '../../http/worker-report.ts'
import type { LeaveReason } from '../../worker/conduct.ts'

export type ToWorker =
  /** The master was sent this signal. */
  | { readonly kind: 'signal'; readonly name: NodeJS.Signals }
  /** Finish the jobs in hand, however long, and stop. */
  | { readonly kind: 'leave' }
  /** How many processes the master keeps. */
  | { readonly kind: 'processes'; readonly count: number }
  /** This process is dead: put its jobs back. */
  | { readonly kind: 'bury'; readonly token: string }
  | { readonly kind: 'report'; readonly number: number }

export type FromWorker =
  /** It is registered under this token, and takes jobs. */
  | { readonly kind: 'ready'; readonly token: string }
  | { readonly kind: 'leaving'; readonly reason: LeaveReason }
  | { readonly kind: 'order'; readonly order: Order }
  /** `number` is null for the last one, which nobody has asked for. */
  | { readonly kind: 'report'; readonly number: number | null; readonly report: WorkerReport }
