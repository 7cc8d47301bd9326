// Turns signals of the operating system into calls. Handlers are taken away again when the daemon has stopped.

export type SignalHandlers = Partial<Record<NodeJS.Signals, () => void>>

/** Listens for signals; the function it returns stops listening. */
export function onSignals(handlers: SignalHandlers): () => void {
  const entries = Object.entries(handlers) as [NodeJS.Signals, () => void][]
  for (const [name, handler] of entries) process.on(name, handler)
  return () => {
    for (const [name, handler] of entries) process.off(name, handler)
  }
}
