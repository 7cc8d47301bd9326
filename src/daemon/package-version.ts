// Which version of this package runs.

import { readFileSync } from 'node:fs'

let known: string | undefined

function read(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version?: unknown }).version)
}

/** As package.json tells it. */
export function packageVersion(): string {
  known ??= read()
  return known
}
