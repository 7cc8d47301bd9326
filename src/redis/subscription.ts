// Listening on a channel: a connection of its own, which comes back by itself.

import type { Connection } from './connection.ts'

export interface ChannelListener {
  onMessage(message: string, channel: string): void
  /** The connection is there, for the first time or again: something may have been said meanwhile. */
  onReady?(): void
}

export interface Subscription {
  close(): void
}

/** Begins to listen, to one channel or several. `listening` resolves when nothing can be missed any more; it rejects when Redis refuses. */
export function subscribe(
  connection: Connection,
  channel: string | readonly string[],
  listener: ChannelListener,
): Subscription & { readonly listening: Promise<unknown> } {
  const redis = connection.twin()
  redis.on('message', (from: string, message: string) => listener.onMessage(message, from))
  redis.on('ready', () => listener.onReady?.())
  return { listening: redis.subscribe(...[channel].flat()), close: () => redis.disconnect() }
}
