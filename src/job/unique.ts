// What may be asked of a job that there is to be only one of, and what the scripts are told of it.

/** What becomes of a call whose key is held by another job. */
export type OnConflict = 'keep' | 'replace' | 'move' | 'reject'

/**
 * One job of a key at a time. See docs/unique.md.
 *
 *     static unique = { until: 'started', onConflict: 'move' }
 */
export interface UniqueOptions {
  /** What is compared, within the class: a text, or made of the args. Default: all args, by value. */
  // biome-ignore lint/suspicious/noExplicitAny: the args of perform are the user's own
  readonly key?: string | ((...args: any[]) => string)
  /** true: jobs of different queues do not conflict. */
  readonly perQueue?: boolean
  /** Throttling: the key is held for so many seconds from when it was taken, also when the job ends sooner. */
  readonly withinSeconds?: number
  /** The same as a text: `30s`, `10m`, `1h30m`. */
  readonly within?: string
  /** Which end of the job frees the key. Default `finished`; with `withinSeconds`: none but the time, unless given. */
  readonly until?: 'started' | 'finished'
  /**
   * `keep` (default): the call resolves to the id of the job that is there. `replace`: that one is cancelled, when
   * it has not started, and the new one added. `move`: it is given the new time. `reject`: UniqueConflictError.
   */
  readonly onConflict?: OnConflict
}

/** The options of one job, as the script takes them. */
export interface UniqueLock {
  /** 40 hex digits that stand for class and key. */
  readonly name: string
  /** null: nothing but the time frees it. */
  readonly until: 'started' | 'finished' | null
  readonly windowMs: number | null
  readonly onConflict: OnConflict
}
