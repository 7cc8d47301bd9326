// TLS to Redis: rediss://…?tlsCa=FILE&tlsCert=FILE&tlsKey=FILE, and what its failures mean.

import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { ConfigurationError } from '../errors.ts'

const files = { tlsCa: 'ca', tlsCert: 'cert', tlsKey: 'key' } as const

function pemIn(name: string, path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigurationError(`${name} cannot be read: ${why}. Give a file in PEM format.`, { cause })
  }
  if (text.includes('-----BEGIN ')) return text
  const cure = 'Convert it: openssl x509 -inform der -in FILE'
  throw new ConfigurationError(`${name} ${path} is not in PEM format: "-----BEGIN" is missing. ${cure}.`)
}

/** What the parameters of a URL say of TLS. @throws ConfigurationError for a file that cannot be used */
export function tlsIn(query: string | undefined): ConnectionOptions {
  const given = new URLSearchParams(query ?? '')
  const entries = Object.entries(files).flatMap(([name, option]) => {
    const path = given.get(name)
    return path === null || path === '' ? [] : [[option, pemIn(name, path)] as const]
  })
  return Object.fromEntries(entries)
}

/** The same for the URL of one server; nothing for one without TLS. */
export function tlsOfUrl(url: string): { tls?: ConnectionOptions } {
  if (!/^rediss:/i.test(url)) return {}
  return { tls: tlsIn(/\?([^#]*)/.exec(url)?.[1]) }
}

const distrust =
  /SELF_SIGNED|UNABLE_TO_|CERT_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|self-signed|unable to (?:verify|get)|certificate|wrong version number|alert (?:number|handshake)|SSL routines|bad decrypt|PEM/i

/** True for a failure of TLS that waiting does not cure. */
export function isDistrust(error: Error | undefined): boolean {
  if (error === undefined) return false
  return distrust.test(`${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`)
}

/** What cures a failure of TLS, by its words; to be looked through before others. */
export const tlsCures: readonly [RegExp, string][] = [
  [
    /has expired/,
    "The server's certificate, or its authority's, is out of date: renew it. Is this machine's clock right?",
  ],
  [/not yet valid/, "The server's certificate is not valid yet: is this machine's clock right?"],
  [
    /does not match certificate|Hostname\/IP/i,
    "Use the host's name as the server's certificate has it (subjectAltName), or have it issued for this name.",
  ],
  [
    /self-signed|unable to (?:verify|get)|SELF_SIGNED|UNABLE_TO/i,
    "Nobody we trust has signed the server's certificate: give its authority's with --tls-ca or RESQUE_TLS_CA.",
  ],
  [
    /wrong version number|packet length too long|EPROTO.*unknown protocol/i,
    'This port does not speak TLS: write redis://, or give the port of TLS (tls-port in redis.conf).',
  ],
  [
    /certificate required|alert (?:unknown ca|bad certificate|certificate)|handshake failure/i,
    'The server asks for a certificate of ours that it trusts: give --tls-cert and --tls-key.',
  ],
  [/key values mismatch|PEM|bad decrypt/i, 'Do --tls-cert and --tls-key hold a certificate and its own key?'],
]
