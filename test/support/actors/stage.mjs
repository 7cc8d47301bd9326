// What all actors need: their part, which stands in the last argument as JSON, lines to say, an end by SIGTERM.

/** @type {Record<string, any>} */
export const part = JSON.parse(process.argv.at(-1) ?? '{}')

/** One line: the event's name and its payload as JSON. */
export function say(event, payload = {}) {
  const plain = (_key, value) => (value instanceof Error ? value.message : value)
  process.stdout.write(`${event} ${JSON.stringify(payload, plain)}\n`)
}

/** Says each of these events of a daemon. */
export function sayAll(daemon, events) {
  for (const event of events) daemon.on(event, (payload) => say(event, payload))
}

/** Aborts at SIGTERM. */
export function untilTerminated() {
  const end = new AbortController()
  process.on('SIGTERM', () => end.abort())
  return end.signal
}
