// Where the pages about a daemon are served: a port, or a host and a port.

import { type Given, type Setting, wrongValue } from './setting.ts'

export interface HttpPlace {
  /** undefined: on every address of this machine. */
  readonly host: string | undefined
  /** 0: any free port. */
  readonly port: number
}

const form = /^(?:(\[[0-9a-f:.%]+\]|[^\s:/[\]]+):)?(\d{1,5})$/i

function readPlace(given: Given): HttpPlace {
  const [, host, digits] = form.exec(given.text.trim()) ?? []
  const port = Number(digits ?? Number.NaN)
  if (!(port <= 65_535)) {
    throw wrongValue(given, 'it must be a port from 0 to 65535, or HOST:PORT such as 127.0.0.1:9394.')
  }
  return { host: host?.replace(/^\[|\]$/g, ''), port }
}

export const httpPlace: Setting<HttpPlace | undefined> = {
  flags: '--http <port>',
  variables: ['RESQUE_HTTP'],
  help: 'serve /healthz, /readyz and /metrics on this port, or HOST:PORT',
  shownDefault: null,
  repeats: false,
  read: (given) => {
    const last = given.at(-1)
    return last === undefined ? undefined : readPlace(last)
  },
}
