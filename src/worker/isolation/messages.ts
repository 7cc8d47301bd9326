// What a worker and the process of a job say to one another, as JSON.

import type { Reserved } from '../../running/running.ts'
import type { Written } from './outputs.ts'
import type { PackedError } from './packed-error.ts'

/** What a job's process is told when it is started. */
export interface ChildOrders {
  /** Files and folders with job classes. */
  readonly paths: readonly string[]
  readonly cwd: string
  /** It ends itself when it takes more memory (RSS), in megabytes; null for no limit. */
  readonly maxMemoryMb: number | null
}

/** What a job enqueues; at most one of `queue`, `atSeconds` and `inSeconds`. */
export interface EnqueueCall {
  /** Name of its class, and the queue that the class names. */
  readonly job: string
  readonly jobQueue?: string
  readonly args: readonly unknown[]
  readonly queue?: string
  /** Unix time. */
  readonly atSeconds?: number
  readonly inSeconds?: number
}

export type ToChild =
  | { readonly kind: 'perform'; readonly reserved: Reserved }
  /** The job's signal is to abort. */
  | { readonly kind: 'abort'; readonly reason: PackedError }
  /** The answer to `enqueue`. */
  | {
      readonly kind: 'enqueued'
      readonly number: number
      readonly id: string | null
      readonly error?: PackedError
    }

export type FromChild =
  /** The job files are loaded. */
  | { readonly kind: 'ready' }
  /** They cannot be loaded. */
  | { readonly kind: 'broken'; readonly error: PackedError }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'progress'; readonly percent: number; readonly message?: string }
  | { readonly kind: 'enqueue'; readonly number: number; readonly call: EnqueueCall }
  /** An error came from beside the jobs: it should take no other. */
  | { readonly kind: 'spent' }
  /** `json` is missing when the result is nothing, or nothing that JSON can carry. */
  | { readonly kind: 'done'; readonly json?: string; readonly written: Written }
  | { readonly kind: 'failed'; readonly error: PackedError; readonly written: Written }

/** The pipe that a worker holds open: when it closes, the worker is gone. */
export const lifelineFd = 4
