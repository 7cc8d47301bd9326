// Plugins of a client or a job class: objects with methods named like hooks, which are told of which job they are
// called. What may call them when is told in docs/hooks.md.

/** The job for which a plugin is called. */
export interface PluginCall {
  readonly class: string
  readonly args: readonly unknown[]
  /** null for `dequeue` of a class that names no queue. */
  readonly queue: string | null
  /** When it is to run; null for now. */
  readonly dueAt: Date | null
  /** The id that the job is given, or has; null in Ruby's format, and for `dequeue`. */
  readonly id: string | null
}

/** What a plugin may have that concerns enqueueing. A `before…` that returns (or resolves to) false vetoes. */
export interface ClientPlugin {
  beforeEnqueue?(job: PluginCall): unknown
  afterEnqueue?(job: PluginCall): unknown
  beforeSchedule?(job: PluginCall): unknown
  afterSchedule?(job: PluginCall): unknown
  beforeDequeue?(job: PluginCall): unknown
  afterDequeue?(job: PluginCall): unknown
}
