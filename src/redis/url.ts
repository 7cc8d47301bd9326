// The URLs of places that are more than one server: Sentinel and Cluster. One server's URL is ioredis's.
//
//   redis-sentinel://[user:password@]host[:26379],host2…[/0]?name=mymaster[&sentinelPassword=…]
//   redis-cluster://[user:password@]host[:6379],host2…
//
// User and password are those of the servers that hold the data. With `rediss-…` they are spoken to by TLS.

import { InvalidArgumentError } from '../errors.ts'
import type { Options } from './defaults.ts'
import { tlsIn, tlsOfUrl } from './tls.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface ClusterPlace {
  readonly kind: 'cluster'
  readonly nodes: readonly Address[]
  readonly options: Options
}

export type Place =
  | { readonly kind: 'single'; readonly url: string; readonly options: Options }
  | { readonly kind: 'sentinel'; readonly options: Options }
  | ClusterPlace

const shape =
  /^redis(?<tls>s?)-(?<kind>sentinel|cluster):\/\/(?:(?<auth>[^@/]*)@)?(?<hosts>[^/?#@]+)(?:\/(?<database>[^?#]*))?(?:\?(?<query>[^#]*))?(?:#(?<hash>.*))?$/i

const examples = {
  sentinel: 'redis-sentinel://host:26379,host2:26379/0?name=mymaster',
  cluster: 'redis-cluster://host:7000,host2:7001',
}

/** Passwords have no business in a message. */
function shown(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//***@').replace(/(password=)[^&#]*/gi, '$1***')
}

function wrong(url: string, why: string, kind: 'sentinel' | 'cluster'): InvalidArgumentError {
  return new InvalidArgumentError(
    'redis',
    shown(url),
    `"${shown(url)}" is no place of a Redis: ${why}. Write ${examples[kind]}.`,
  )
}

function addresses(url: string, hosts: string, kind: 'sentinel' | 'cluster'): Address[] {
  return hosts.split(',').map((text) => {
    const [, six, name = six, port] = /^(?:\[([\da-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
    if (name === undefined || Number(port) > 65_535) throw wrong(url, `"${text}" is no host:port`, kind)
    return { host: name, port: Number(port ?? (kind === 'sentinel' ? 26_379 : 6_379)) }
  })
}

function decoded(url: string, text: string, kind: 'sentinel' | 'cluster'): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrong(url, 'a % in user or password must be written %25', kind)
  }
}

function credentials(url: string, auth: string | undefined, kind: 'sentinel' | 'cluster'): Options {
  if (auth === undefined || auth === '') return {}
  const [user = '', password] = auth.split(/:(.*)/s)
  // One word alone is the password, as in redis://secret@host of several clients.
  if (password === undefined) return { password: decoded(url, user, kind) }
  const name = user === '' ? {} : { username: decoded(url, user, kind) }
  return { ...name, password: decoded(url, password, kind) }
}

function database(url: string, text: string | undefined, kind: 'sentinel' | 'cluster'): Options {
  if (text === undefined || text === '') return {}
  if (!/^\d+$/.test(text)) throw wrong(url, `the database "${text}" is no number`, kind)
  if (kind === 'cluster' && Number(text) !== 0) throw wrong(url, 'a Cluster has database 0 only', kind)
  return kind === 'cluster' ? {} : { db: Number(text) }
}

function sentinelOptions(url: string, query: string | undefined, hash: string | undefined): Options {
  const given = new URLSearchParams(query ?? '')
  const name = given.get('name') ?? given.get('sentinelMasterId') ?? (hash || undefined)
  if (name === undefined || name === '')
    throw wrong(url, 'it does not say which of the servers that Sentinel watches', 'sentinel')
  const username = given.get('sentinelUsername')
  const password = given.get('sentinelPassword')
  return {
    name,
    ...(username === null ? {} : { sentinelUsername: username }),
    ...(password === null ? {} : { sentinelPassword: password }),
  }
}

function tlsOptions(kind: 'sentinel' | 'cluster', query: string | undefined): Options {
  const tls = tlsIn(query)
  return kind === 'cluster' ? { tls } : { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }
}

/** What a URL leads to. @throws InvalidArgumentError for a URL of Sentinel or Cluster that is wrong */
export function readUrl(url: string): Place {
  const kind = /^rediss?-cluster:/i.test(url) ? 'cluster' : 'sentinel'
  if (!/^rediss?-(sentinel|cluster):/i.test(url)) return { kind: 'single', url, options: tlsOfUrl(url) }
  const { tls, auth, hosts = '', database: db, query, hash } = shape.exec(url)?.groups ?? {}
  if (hosts === '') throw wrong(url, 'its parts are not in order', kind)
  const nodes = addresses(url, hosts, kind)
  const options = {
    ...credentials(url, auth, kind),
    ...database(url, db, kind),
    ...(tls ? tlsOptions(kind, query) : {}),
  }
  if (kind === 'cluster') return { kind, nodes, options }
  return { kind, options: { ...options, sentinels: nodes, ...sentinelOptions(url, query, hash) } }
}
