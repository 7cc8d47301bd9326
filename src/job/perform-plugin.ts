// What a plugin may have that concerns performing, under the names of Resque's hooks.

import type { JobContext } from './job.ts'
import type { ClientPlugin } from './plugin.ts'

/** Called in the worker when a job is performed. */
export interface PerformPlugin {
  /** Before the job is performed. false, or throwing DontPerform: it is done without being performed. */
  beforePerform?(job: JobContext): unknown
  /** Around `setUp`, `perform` and `tearDown`, which happen when `perform()` is called; it resolves to the result. */
  aroundPerform?(perform: () => Promise<unknown>, job: JobContext): unknown
  /** After the job has been performed. */
  afterPerform?(job: JobContext, result: unknown): unknown
  /** After an attempt has failed, whether or not it will be retried. */
  onFailure?(error: unknown, job: JobContext): unknown
}

/** A plugin of a job class: `static plugins = [audit]`. */
export interface JobPlugin extends ClientPlugin, PerformPlugin {}
