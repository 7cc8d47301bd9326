// Listening on a channel: a connection of its own, which comes back by itself.

import type { Connection } from './connection.ts'

export interface ChannelListener {
  onMessage(message: string): void
  /** The connection is there, for the first time or again: something may have been said meanwhile. */
  onReady?(): void
}

export interface Subscription {
  close(): void
}

/** Begins to listen. `listening` resolves when nothing can be missed any more; it rejects when Redis refuses. */
export function subscribe(
  connection: Connection,
  channel: string,
  listener: ChannelListener,
): Subscription & { readonly listening: Promise<unknown> } {
  const redis = connection.twin()
  redis.on('message', (_channel: string, message: string) => listener.onMessage(message))
  redis.on('ready', () => listener.onReady?.())
  return { listening: redis.subscribe(channel), close: () => redis.disconnect() }
}
