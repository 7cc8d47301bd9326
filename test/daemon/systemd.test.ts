// What systemd is told of a service, through a command on the path that writes down how it was called.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { serviceManager } from '../../src/daemon/systemd.ts'
import { eventually } from '../support/eventually.ts'

const folder = mkdtempSync(join(tmpdir(), 'resque-notify-'))
afterAll(() => rmSync(folder, { recursive: true }))
const command = join(folder, 'systemd-notify')
writeFileSync(command, '#!/bin/sh\necho "$*" >>"$NOTIFY_SOCKET"\n')
chmodSync(command, 0o755)

function said(socket: string): string[] {
  try {
    return readFileSync(socket, 'utf8').trim().split('\n')
  } catch {
    return []
  }
}

function envOf(name: string, more: Record<string, string> = {}): Record<string, string> {
  const path = `${folder}${delimiter}/usr/bin${delimiter}/bin`
  return { PATH: path, NOTIFY_SOCKET: join(folder, name), ...more }
}

test('it is ready, lives, and stops', async () => {
  const env = envOf('all', { WATCHDOG_USEC: '40000' })
  const manager = serviceManager(env)
  manager.ready('performing jobs')
  await eventually(() =>
    expect(said(join(folder, 'all')).filter((line) => line === 'WATCHDOG=1').length).toBeGreaterThan(1),
  )
  manager.close()
  manager.stopping()
  await eventually(() => expect(said(join(folder, 'all'))).toContain('STOPPING=1'))
  expect(said(join(folder, 'all'))).toContain(`--ready --pid=${process.pid} --status=performing jobs`)
})

test('a loop that hangs gives no sign of life, nor does a process that is not watched', async () => {
  const hanging = serviceManager(envOf('hangs', { WATCHDOG_USEC: '20000' }))
  const other = serviceManager(envOf('other', { WATCHDOG_USEC: '20000', WATCHDOG_PID: '1' }))
  hanging.ready('up', () => false)
  other.ready('up')
  const third = serviceManager(envOf('third', { WATCHDOG_USEC: '20000' }))
  third.ready('up')
  await eventually(() => expect(said(join(folder, 'third')).length).toBeGreaterThan(3))
  for (const manager of [hanging, other, third]) manager.close()
  expect(said(join(folder, 'hangs'))).toHaveLength(1)
  expect(said(join(folder, 'other'))).toHaveLength(1)
})

test('without systemd, and without its command, nothing happens', async () => {
  const manager = serviceManager({})
  manager.ready('up')
  manager.stopping()
  const lost = serviceManager({ PATH: folder, NOTIFY_SOCKET: join(folder, 'lost', 'socket') })
  lost.ready('up')
  serviceManager({ PATH: join(folder, 'nowhere'), NOTIFY_SOCKET: 'x' }).ready('up')
  expect(said(join(folder, 'lost', 'socket'))).toEqual([])
})
