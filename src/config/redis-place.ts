// Where Redis is, in all the ways that users of Ruby, PHP and Node write it: a URL, a socket, host:port:db; and the
// files by which TLS knows whom to trust.

import { ConfigurationError } from '../errors.ts'
import { type Given, type Setting, text, type Variables, wrongValue } from './setting.ts'

export const defaultRedisUrl = 'redis://127.0.0.1:6379'

const example = 'Write redis://user:password@host:6379/0, rediss://… for TLS, or the path of a socket.'

/** PHP's database number, and php-resque-ex's password, stand in variables of their own. */
function withPhpParts(url: string, { by }: Given, variables: Variables): string {
  if (by !== 'REDIS_BACKEND' || !url.includes('://')) return url
  const database = variables['REDIS_BACKEND_DB'] ?? variables['REDIS_DATABASE'] ?? ''
  const password = variables['REDIS_PASSWORD'] ?? ''
  const parsed = new URL(url)
  if (/^\d+$/.test(database) && parsed.pathname.length <= 1) parsed.pathname = `/${database}`
  if (password !== '' && parsed.password === '') parsed.password = encodeURIComponent(password)
  return parsed.href
}

/** A value as messages show it: without its password. */
function shown({ by, text }: Given): Given {
  const hidden = text.replace(/(\/\/|^)[^/]*@/, '$1***@').replace(/(password=)[^&]*/gi, '$1***')
  return { by, text: hidden }
}

function fromUrl(given: Given): string {
  const url = given.text.replace(/^tcp:/i, 'redis:')
  const hint = 'In a password, characters such as # / ? @ % must be percent-encoded.'
  if (!URL.canParse(url)) throw wrongValue(shown(given), `this is no URL. ${example} ${hint}`)
  const { pathname, hostname } = new URL(url)
  if (hostname === '') throw wrongValue(shown(given), `it names no host. ${example} ${hint}`)
  if (/^(\/\d*)?$/.test(pathname)) return url
  throw wrongValue(
    shown(given),
    `the database ${pathname.slice(1)} is no number. ${example} A namespace goes to --namespace.`,
  )
}

function fromHost(given: Given): string {
  const [, host, port = '6379', database] = /^([\w.-]+)(?::(\d+))?(?::(\d+))?$/.exec(given.text) ?? []
  if (host === undefined) throw wrongValue(shown(given), `this is no place of a Redis. ${example}`)
  return fromUrl({ ...given, text: `redis://${host}:${port}${database === undefined ? '' : `/${database}`}` })
}

function place(given: Given): string {
  // Its parts are checked where it is opened.
  if (/^rediss?-(sentinel|cluster):\/\//i.test(given.text)) return given.text
  if (/^(rediss?|tcp):\/\//i.test(given.text)) return fromUrl(given)
  const socket = given.text.replace(/^unix:(\/\/)?/i, '')
  return socket.startsWith('/') ? socket : fromHost(given)
}

export const redisPlace: Setting<string> = {
  flags: '-r, --redis <url>',
  variables: ['REDIS_URL', 'REDIS_BACKEND'],
  help: 'where Redis is: a URL, a socket, or host:port[:db]; with REDIS_BACKEND also REDIS_BACKEND_DB, REDIS_PASSWORD',
  shownDefault: defaultRedisUrl,
  repeats: false,
  read: (given, variables) => {
    const last = given.at(-1)
    return last === undefined ? defaultRedisUrl : withPhpParts(place(last), last, variables)
  },
}

export const namespace: Setting<string> = {
  flags: '-N, --namespace <name>',
  variables: ['RESQUE_NAMESPACE', 'PREFIX', 'REDIS_NAMESPACE'],
  help: 'what stands before every key',
  shownDefault: 'resque',
  repeats: false,
  read: (given) => {
    const last = given.at(-1)
    // php-resque's PREFIX may end in the colon; and some systems keep a folder in a variable of that name.
    if (last === undefined || (last.by === 'PREFIX' && last.text.startsWith('/'))) return 'resque'
    const name = last.text.replace(/:+$/, '')
    if (name !== '' && !/\s/.test(name)) return name
    throw wrongValue(last, 'a namespace is a name without blanks, such as resque.')
  },
}

/** Files in PEM format: whom to trust, and who we are. */
export interface TlsFiles {
  readonly tlsCa: string | undefined
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
}

export const tlsFiles: Readonly<Record<keyof TlsFiles, Setting<string | undefined>>> = {
  tlsCa: text(
    {
      flags: '--tls-ca <file>',
      variables: ['RESQUE_TLS_CA'],
      help: 'for rediss://: certificates of the authorities to trust, in place of the well-known ones',
    },
    undefined,
  ),
  tlsCert: text(
    {
      flags: '--tls-cert <file>',
      variables: ['RESQUE_TLS_CERT'],
      help: 'for rediss://: the certificate by which Redis knows us',
    },
    undefined,
  ),
  tlsKey: text(
    { flags: '--tls-key <file>', variables: ['RESQUE_TLS_KEY'], help: 'for rediss://: its private key' },
    undefined,
  ),
}

/**
 * The URL with the files of TLS as parameters, so that it alone tells how to connect.
 * @throws ConfigurationError for files beside a URL without TLS, and for a certificate without its key
 */
export function withTls(url: string, { tlsCa, tlsCert, tlsKey }: TlsFiles): string {
  const given = Object.entries({ tlsCa, tlsCert, tlsKey }).filter(([, file]) => file !== undefined)
  if (given.length === 0) return url
  if (!/^rediss(-\w+)?:/i.test(url)) {
    const cure = 'Write rediss://host:port to speak TLS, or leave the files out.'
    throw new ConfigurationError(
      `files for TLS are given, but Redis is to be spoken to in plain text. ${cure}`,
    )
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new ConfigurationError(
      'a certificate and its private key belong together. Give both --tls-cert and --tls-key, or none.',
    )
  const query = given.map(([name, file]) => `${name}=${encodeURIComponent(file ?? '')}`).join('&')
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}
