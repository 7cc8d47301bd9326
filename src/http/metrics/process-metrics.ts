// What prom-client tells of the process itself: memory, CPU, event loop, garbage collection. Its observers can not be
// taken away again, so there is one set of them for each prefix, however often pages are opened.

import { collectDefaultMetrics, Registry } from 'prom-client'

const registries = new Map<string, Registry>()

export function processMetrics(prefix: string): Registry {
  const known = registries.get(prefix)
  if (known !== undefined) return known
  const register = new Registry()
  collectDefaultMetrics({ register, prefix })
  registries.set(prefix, register)
  return register
}
