// resque acl: prints rights for Redis users.

import { expect, test } from 'vitest'
import { main } from '../../src/cli/resque-program.ts'
import { callProgram } from '../support/call-program.ts'

const acl = (...argv: string[]) => callProgram(main, ['acl', ...argv])

test('prints one line to paste, without asking any Redis', async () => {
  const { code, stdout } = await acl('viewer', '--namespace', 'app')
  expect(code).toBe(0)
  const [comment, line, ...rest] = stdout.split('\n')
  expect(comment).toMatch(/^# the viewer of the namespace app; put a password in place of PASSWORD$/)
  expect(line).toMatch(
    /^ACL SETUSER resque-viewer reset on >PASSWORD ~app:\* resetchannels &app:wake .* -@all \+ping /,
  )
  expect(line).not.toMatch(/\+(set|del|rpush|keys|config|flushall|script)\b/)
  expect(rest).toEqual([''])
})

test('the user may have another name, and the namespace letters that are wildcards in Redis', async () => {
  const { stdout } = await acl('worker', '--user', 'crew', '--namespace', 'a*[b]?', '--json')
  const { user, keys, channels, line } = JSON.parse(stdout)
  expect([user, keys]).toEqual(['crew', ['~a\\*\\[b\\]\\?:*']])
  expect(channels).toContain('&a\\*\\[b\\]\\?:wake')
  expect(line).toMatch(/^ACL SETUSER crew reset /)
})

test.each([
  [
    ['acl', 'viwer'],
    'there is no role "viwer": it is one of producer, worker, scheduler, viewer, admin. Did you mean "viewer"?',
  ],
  [['acl', 'viewer', '--user', 'a b'], '--user is "a b": a Redis user has a name without blanks.'],
  [['acl'], "missing required argument 'role'"],
])('%j is wrong usage', async (argv, message) => {
  const { code, stderr } = await callProgram(main, argv)
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) })
})
