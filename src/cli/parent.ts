// The master that has started this program, when it is a worker process of `resque-worker --processes`.

export interface Parent {
  readonly pid: number
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** The master is gone; told at once when it is gone already. */
  onGone(listener: () => void): void
}

/** Tells a program that it is a worker process of the master with this pid. */
export const masterVariable = 'RESQUE_MASTER'

/** Undefined for a program that somebody else has started. What jobs start inherits the variable, but not the pid. */
export function parentOf(node: NodeJS.Process): Parent | undefined {
  if (node.send === undefined || node.env[masterVariable] !== String(node.ppid)) return undefined
  return {
    pid: node.ppid,
    send: (message) => {
      if (node.connected) node.send?.(message, undefined, undefined, () => undefined)
    },
    onMessage: (listener) => void node.on('message', listener),
    onGone: (listener) => {
      node.once('disconnect', listener)
      if (!node.connected) listener()
    },
  }
}
