// Where Redis is, in all the ways that users of Ruby, PHP and Node write it: a URL, a socket, host:port:db.

import { type Given, type Setting, type Variables, wrongValue } from './setting.ts'

export const defaultRedisUrl = 'redis://127.0.0.1:6379'

const example = 'Write redis://user:password@host:6379/0, rediss://… for TLS, or the path of a socket.'

/** PHP's database number stands in a variable of its own. */
function withDatabase(url: string, { by }: Given, variables: Variables): string {
  const database = variables['REDIS_BACKEND_DB'] ?? ''
  if (by !== 'REDIS_BACKEND' || !/^\d+$/.test(database) || !url.includes('://')) return url
  const parsed = new URL(url)
  if (parsed.pathname.length <= 1) parsed.pathname = `/${database}`
  return parsed.href
}

function fromUrl(given: Given): string {
  const url = given.text.replace(/^tcp:/i, 'redis:')
  const hint = 'In a password, characters such as # / ? @ % must be percent-encoded.'
  if (!URL.canParse(url)) throw wrongValue(given, `this is no URL. ${example} ${hint}`)
  const { pathname, hostname } = new URL(url)
  if (hostname === '') throw wrongValue(given, `it names no host. ${example} ${hint}`)
  if (/^(\/\d*)?$/.test(pathname)) return url
  throw wrongValue(
    given,
    `the database ${pathname.slice(1)} is no number. ${example} A namespace goes to --namespace.`,
  )
}

function fromHost(given: Given): string {
  const [, host, port = '6379', database] = /^([\w.-]+)(?::(\d+))?(?::(\d+))?$/.exec(given.text) ?? []
  if (host === undefined) throw wrongValue(given, `this is no place of a Redis. ${example}`)
  return fromUrl({ ...given, text: `redis://${host}:${port}${database === undefined ? '' : `/${database}`}` })
}

function place(given: Given): string {
  if (/^(rediss?|tcp):\/\//i.test(given.text)) return fromUrl(given)
  const socket = given.text.replace(/^unix:(\/\/)?/i, '')
  return socket.startsWith('/') ? socket : fromHost(given)
}

export const redisPlace: Setting<string> = {
  flags: '-r, --redis <url>',
  variables: ['REDIS_URL', 'REDIS_BACKEND'],
  help: 'where Redis is: a URL, a socket, or host:port[:db]; with REDIS_BACKEND also REDIS_BACKEND_DB',
  shownDefault: defaultRedisUrl,
  repeats: false,
  read: (given, variables) => {
    const last = given.at(-1)
    return last === undefined ? defaultRedisUrl : withDatabase(place(last), last, variables)
  },
}

export const namespace: Setting<string> = {
  flags: '-N, --namespace <name>',
  variables: ['RESQUE_NAMESPACE', 'PREFIX'],
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
