// Gives up a connection over which nothing comes for as long as a command may take, while one waits for its answer: it
// may be half open, and would stay so for a quarter of an hour. ioredis can do it (`socketTimeout`), with a timer and a
// listener for each command; this takes one timer for as long as there are commands.

import type { Redis } from 'ioredis'
import { after } from '../clock.ts'

/** To be called whenever a command was given to the client. */
export type Watch = () => void

export function silenceWatch(client: Redis, ms: number): Watch {
  let isWatching = false
  const look = (stream: Redis['stream'] | undefined, bytesRead: number | undefined): void => {
    isWatching = false
    if (client.commandQueue.length === 0) return
    const isSilent = stream !== undefined && stream === client.stream && stream.bytesRead === bytesRead
    if (isSilent) stream.destroy(new Error(`Socket timeout. Nothing came in ${ms} ms.`))
    else watch()
  }
  const watch = (): void => {
    if (isWatching) return
    isWatching = true
    const stream: Redis['stream'] | undefined = client.stream
    const bytesRead = stream?.bytesRead
    after(ms, () => look(stream, bytesRead))
  }
  return watch
}
