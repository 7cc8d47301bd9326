// TLS to a real redis-server: the files it needs, and what is told when there is no trust.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import { withTls } from '../../src/config/redis-place.ts'
import { ConfigurationError } from '../../src/errors.ts'
import { type Certificates, makeCertificates, type Pair, startTlsRedis } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

let certificates: Certificates
beforeAll(() => {
  certificates = makeCertificates()
})
afterAll(() => certificates.remove())

interface Files {
  readonly ca?: string
  readonly pair?: Pair
}

function urlWith(url: string, { ca, pair }: Files): string {
  return withTls(url, { tlsCa: ca, tlsCert: pair?.cert, tlsKey: pair?.key })
}

async function serverWith(pair: Pair, asksClients = false): Promise<string> {
  const server = await startTlsRedis(certificates, pair, { asksClients })
  onTestFinished(() => server.stop())
  return server.tlsUrl
}

async function failure(url: string): Promise<string> {
  const resque = new Resque({ redis: url, commandTimeoutMs: 2_000 })
  onTestFinished(() => resque.close())
  const error = await resque.connect().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Error)
  return (error as Error).message
}

test('client, scheduler and worker work over TLS, with an authority of our own', async () => {
  const url = urlWith(await serverWith(certificates.server), { ca: certificates.ca })
  const here = world({ url })
  class Echo {
    static queue = 'mail'
    perform(text: string): string {
      return text
    }
  }
  await here.resque.connect()
  expect(here.resque.rooms.connection.where).toMatch(/^rediss:\/\/127\.0\.0\.1:\d+$/)
  const worker = here.worker({ queues: '*', jobs: { Echo } })
  await here.scheduler().start()
  await worker.start()
  const id = (await here.resque.enqueueIn(1, Echo, 'hello')) ?? ''
  expect(await here.resque.waitFor(id, { timeoutSeconds: 20 })).toMatchObject({ state: 'complete' })
})

test('a server that asks for certificates takes ours, and refuses us without one', async () => {
  const plain = await serverWith(certificates.server, true)
  const trusting = { ca: certificates.ca }
  const resque = new Resque({ redis: urlWith(plain, { ...trusting, pair: certificates.client }) })
  onTestFinished(() => resque.close())
  await expect(resque.connect()).resolves.toBe(resque)
  expect(await failure(urlWith(plain, trusting))).toMatch(
    /certificate of ours.*give --tls-cert and --tls-key/,
  )
})

describe('no trust is told of with its cure', () => {
  test('an authority that nobody knows', async () => {
    const url = await serverWith(certificates.server)
    const cure = /Nobody we trust has signed.*--tls-ca or RESQUE_TLS_CA/
    expect(await failure(url)).toMatch(cure)
    expect(await failure(urlWith(url, { ca: certificates.otherCa }))).toMatch(cure)
  })

  test('a certificate that has expired', async () => {
    const url = urlWith(await serverWith(certificates.expired), { ca: certificates.ca })
    expect(await failure(url)).toMatch(/has expired.*renew it/)
  })

  test('a certificate for another host', async () => {
    const url = urlWith(await serverWith(certificates.elsewhere), { ca: certificates.ca })
    expect(await failure(url)).toMatch(/127\.0\.0\.1.*subjectAltName/)
  })

  test('a port that speaks no TLS', async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    expect(await failure(server.url.replace('redis:', 'rediss:'))).toMatch(
      /does not speak TLS, write redis:\/\//,
    )
  })

  test('a port that speaks nothing but TLS', async () => {
    const url = await serverWith(certificates.server)
    expect(await failure(url.replace('rediss:', 'redis:'))).toMatch(/write rediss:\/\//)
  })
})

describe('files that cannot be used', () => {
  const open = (query: string) => () => new Resque({ redis: `rediss://127.0.0.1:1/?${query}` })

  test('are told of by name before anything is sent', () => {
    expect(open('tlsCa=/nowhere.pem')).toThrow(ConfigurationError)
    expect(open('tlsCa=/nowhere.pem')).toThrow(/tlsCa cannot be read: ENOENT.*PEM/)
    expect(open(`tlsCert=${encodeURIComponent(import.meta.filename)}`)).toThrow(/"-----BEGIN" is missing/)
  })

  test('belong to TLS, and to each other', () => {
    const none = { tlsCa: undefined, tlsCert: undefined, tlsKey: undefined }
    expect(() => withTls('redis://h:1', { ...none, tlsCa: 'a' })).toThrow(/Write rediss:\/\/host:port/)
    expect(() => withTls('rediss://h:1', { ...none, tlsCert: 'a' })).toThrow(
      /Give both --tls-cert and --tls-key/,
    )
    expect(withTls('redis://h:1', none)).toBe('redis://h:1')
    expect(withTls('rediss://h:1/0?family=6', { ...none, tlsCa: '/a b.pem' })).toBe(
      'rediss://h:1/0?family=6&tlsCa=%2Fa%20b.pem',
    )
  })
})

test('a connection over TLS comes back when the server does', async () => {
  const server = await startTlsRedis(certificates, certificates.server)
  onTestFinished(() => server.stop())
  const resque = new Resque({ redis: urlWith(server.tlsUrl, { ca: certificates.ca }) })
  onTestFinished(() => resque.close())
  await resque.connect()
  await server.restart()
  await eventually(async () => expect(await resque.queues.list()).toEqual([]))
})
