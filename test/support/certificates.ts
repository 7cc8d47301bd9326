// Certificates for the tests of TLS, made anew by openssl: an authority, a server's, a client's, and bad ones.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type RedisServer, startRedis } from './redis-server.ts'

export interface Pair {
  readonly cert: string
  readonly key: string
}

export interface Certificates {
  /** The authority's own. */
  readonly ca: string
  /** For 127.0.0.1 and localhost. */
  readonly server: Pair
  readonly client: Pair
  /** For another host. */
  readonly elsewhere: Pair
  /** It ended yesterday. */
  readonly expired: Pair
  /** Another authority, which nobody trusts. */
  readonly otherCa: string
  remove(): void
}

function openssl(folder: string, ...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`openssl ${args.join(' ')} failed:\n${stderr}`)
}

function makeKey(folder: string, name: string): void {
  openssl(folder, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`)
}

function makeAuthority(folder: string, name: string): string {
  makeKey(folder, name)
  const subject = ['-subj', `/CN=${name}`]
  openssl(
    folder,
    'req',
    '-x509',
    '-new',
    '-key',
    `${name}.key`,
    ...subject,
    '-days',
    '30',
    '-out',
    `${name}.crt`,
  )
  return join(folder, `${name}.crt`)
}

const database = `[ca]
default_ca = own
[own]
database = index.txt
serial = serial.txt
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
`

/** @param days from and until when it is valid, as ASN.1 writes times */
function issue(folder: string, name: string, names: string, days: readonly [string, string]): Pair {
  makeKey(folder, name)
  const request = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-out', `${name}.csr`]
  openssl(folder, 'req', '-new', '-key', `${name}.key`, ...request)
  const dates = ['-startdate', days[0], '-enddate', days[1]]
  const files = ['-in', `${name}.csr`, '-out', `${name}.crt`]
  openssl(folder, 'ca', '-batch', '-notext', '-config', 'ca.cnf', ...dates, ...files)
  return { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
}

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'resque-tls-'))
  const ca = makeAuthority(folder, 'ca')
  const otherCa = makeAuthority(folder, 'other')
  writeFileSync(join(folder, 'ca.cnf'), database)
  writeFileSync(join(folder, 'index.txt'), '')
  writeFileSync(join(folder, 'serial.txt'), '01\n')
  const valid = ['20200101000000Z', '20490101000000Z'] as const
  const here = 'IP:127.0.0.1,DNS:localhost'
  return {
    ca,
    otherCa,
    server: issue(folder, 'server', here, valid),
    client: issue(folder, 'client', 'DNS:client', valid),
    elsewhere: issue(folder, 'elsewhere', 'DNS:redis.example.com', valid),
    expired: issue(folder, 'expired', here, ['20200101000000Z', '20200201000000Z']),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export interface TlsServer extends RedisServer {
  /** `rediss://…` without files. */
  readonly tlsUrl: string
}

/** A redis-server that speaks TLS only. */
export async function startTlsRedis(
  { ca }: Pick<Certificates, 'ca'>,
  { cert, key }: Pair,
  { asksClients = false, args = [] as readonly string[] } = {},
): Promise<TlsServer> {
  const port = await freePort()
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', ca]
  const clients = ['--tls-auth-clients', asksClients ? 'yes' : 'no']
  const server = await startRedis({
    port,
    args: ['--port', '0', '--tls-port', String(port), ...files, ...clients, ...args],
  })
  return Object.assign(server, { tlsUrl: `rediss://127.0.0.1:${port}` })
}
