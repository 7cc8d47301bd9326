// The programs over TLS: files by flag and by variable, and a server that is not trusted.

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { main } from '../../src/cli/resque-program.ts'
import { environment } from '../../src/config.ts'
import { callProgram } from '../support/call-program.ts'
import {
  type Certificates,
  makeCertificates,
  startTlsRedis,
  type TlsServer,
} from '../support/certificates.ts'
import { runProgram } from '../support/child.ts'
import { steeredJobs } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'

let certificates: Certificates
beforeAll(() => {
  certificates = makeCertificates()
})
afterAll(() => certificates.remove())

/** A server that asks for certificates, what tells programs of it, and a call of `resque` that knows it. */
async function tlsServer() {
  const server: TlsServer = await startTlsRedis(certificates, certificates.server, { asksClients: true })
  onTestFinished(() => server.stop())
  const { ca, client } = certificates
  const env = {
    ...{ REDIS_URL: server.tlsUrl, RESQUE_TLS_CA: ca },
    ...{ RESQUE_TLS_CERT: client.cert, RESQUE_TLS_KEY: client.key },
  }
  const flags = ['--redis', server.tlsUrl, '--tls-ca', ca, '--tls-cert', client.cert, '--tls-key', client.key]
  return { server, env, flags, resque: (...argv: string[]) => callProgram(main, argv, { env }) }
}

test('worker, scheduler and commands work together over TLS', async () => {
  const { env, flags, resque } = await tlsServer()
  const worker = runProgram('resque-worker', ['--queue', 'notes', '--jobs', steeredJobs, ...flags])
  const scheduler = runProgram('resque-scheduler', [], { env })
  await worker.waitForLine(/has started/)
  await scheduler.waitForLine(/has started/)
  const { stdout } = await resque('enqueue', 'Note', '"hello"', '--queue', 'notes', '--in', '1', '--json')
  const { id } = JSON.parse(stdout) as { id: string }
  await eventually(async () => {
    expect(JSON.parse((await resque('status', id, '--json')).stdout)).toMatchObject({
      state: expect.stringMatching(/complete|failed/),
    })
  })
  expect((await resque('doctor', '--json')).code).toBe(1) // it keeps nothing on disk
  for (const program of [worker, scheduler]) {
    program.kill()
    expect((await program.exit).code).toBe(0)
  }
}, 60_000)

test('a daemon that does not trust its server ends at once, and says why', async () => {
  const { server, env } = await tlsServer()
  for (const bad of [{ REDIS_URL: server.tlsUrl }, { ...env, RESQUE_TLS_CA: certificates.otherCa }]) {
    const scheduler = runProgram('resque-scheduler', [], { env: bad })
    expect((await scheduler.exit).code).toBe(1)
    expect(scheduler.stderr()).toMatch(/RESQUE_TLS_CA/)
  }
})

test('files that are missing or alone are wrong usage', async () => {
  const { env } = await tlsServer()
  const call = (more: Record<string, string>) => callProgram(main, ['stats'], { env: { ...env, ...more } })
  const [missing, alone, plain] = await Promise.all([
    call({ RESQUE_TLS_CA: '/nowhere.pem' }),
    call({ RESQUE_TLS_KEY: '' }),
    call({ REDIS_URL: 'redis://127.0.0.1:1' }),
  ])
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/nowhere\.pem/) })
  expect(alone).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Give both --tls-cert and --tls-key/),
  })
  expect(plain).toMatchObject({ code: 2, stderr: expect.stringMatching(/Write rediss:\/\//) })
})

test('the default client of the library reads the same variables', () => {
  const { redisUrl } = environment({ REDIS_URL: 'rediss://h:1', RESQUE_TLS_CA: '/ca.pem' })
  expect(redisUrl).toBe('rediss://h:1?tlsCa=%2Fca.pem')
})
