import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test } from 'vitest'
import { type ChaosProxy, named, runsScript, startProxy } from './chaos-proxy.ts'
import { eventually } from './eventually.ts'
import { freshNamespace } from './namespace.ts'

interface Setting {
  readonly proxy: ChaosProxy
  /** Speaks through the proxy. */
  readonly through: Redis
  /** Speaks to Redis itself. */
  readonly direct: Redis
  readonly key: string
}

function client(url: string, options: { protocol?: 2 | 3 } = {}): Redis {
  const redis = new Redis(url, { retryStrategy: null, maxRetriesPerRequest: 0, ...options })
  redis.on('error', () => undefined)
  onTestFinished(() => redis.disconnect())
  return redis
}

async function setting(): Promise<Setting> {
  const proxy = await startProxy(inject('redisUrl'))
  onTestFinished(() => proxy.stop())
  return { proxy, through: client(proxy.url), direct: client(inject('redisUrl')), key: freshNamespace() }
}

test('commands and replies of every size pass unchanged', async () => {
  const { through, key } = await setting()
  const large = 'x\r\n'.repeat(1_000_000)
  await through.set(key, large)
  expect(await through.get(key)).toBe(large)
  await through.del(key)
  const pushes = Array.from({ length: 500 }, (_, index) => through.rpush(key, index))
  expect(await Promise.all(pushes)).toEqual(pushes.map((_, index) => index + 1))
  expect(await through.lrange(key, 0, -1)).toHaveLength(500)
})

test('commands are written down while record is on', async () => {
  const { proxy, through, key } = await setting()
  await through.get(key)
  proxy.record = true
  await through.set(key, 'Value')
  proxy.record = false
  await through.get(key)
  expect(proxy.commands).toEqual([['set', key, 'Value']])
})

test('a trap before a command acts while Redis has not seen it', async () => {
  const { proxy, through, direct, key } = await setting()
  let seen: string | null = 'not asked'
  const trap = proxy.trap({
    match: named('SET'),
    when: 'before',
    action: async () => {
      seen = await direct.get(key)
    },
  })
  await through.set(key, 'there')
  expect(await trap.sprung).toEqual(['set', key, 'there'])
  expect(seen).toBeNull()
  expect(await direct.get(key)).toBe('there')
})

test('a command dropped before it reached Redis never happened, and the connection is lost', async () => {
  const { proxy, through, direct, key } = await setting()
  proxy.trap({ match: named('set'), when: 'before', action: () => 'drop' })
  await expect(through.set(key, 'there')).rejects.toThrow()
  expect(await direct.exists(key)).toBe(0)
})

test('a trap after a command acts when Redis has done it and the program does not know', async () => {
  const { proxy, through, direct, key } = await setting()
  let replied = false
  let seen: unknown
  proxy.trap({
    match: named('set'),
    when: 'after',
    action: async () => {
      seen = [await direct.get(key), replied]
    },
  })
  await through.set(key, 'there').then(() => {
    replied = true
  })
  expect(seen).toEqual(['there', false])
})

test('a reply that is dropped leaves the command done and the connection lost', async () => {
  const { proxy, through, direct, key } = await setting()
  proxy.trap({ match: named('set'), when: 'after', action: () => 'drop' })
  await expect(through.set(key, 'there')).rejects.toThrow()
  expect(await direct.get(key)).toBe('there')
})

test('the nth match springs the trap, in the middle of a pipeline too', async () => {
  const { proxy, through, direct, key } = await setting()
  const trap = proxy.trap({ match: named('rpush'), when: 'after', nth: 3, action: () => 'drop' })
  const pushes = ['a', 'b', 'c', 'd'].map((value) => through.rpush(key, value))
  const outcomes = await Promise.allSettled(pushes)
  expect(outcomes.map((outcome) => outcome.status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
  ])
  expect(trap.hits).toBeGreaterThanOrEqual(3)
  expect((await direct.lrange(key, 0, 2)).join('')).toBe('abc')
})

test.each([2, 3] as const)('replies are told from what is published, in RESP%i', async (protocol) => {
  const { proxy, direct, key } = await setting()
  const listener = client(proxy.url, { protocol })
  const heard: string[] = []
  listener.on('message', (_, message) => heard.push(message))
  await listener.subscribe(key, `${key}:more`)
  await direct.publish(key, 'one')
  await listener.unsubscribe()
  const trap = proxy.trap({ match: named('incr'), when: 'after', action: () => undefined })
  expect(await listener.incr(`${key}:count`)).toBe(1)
  expect(await trap.sprung).toEqual(['incr', `${key}:count`])
  expect(heard).toEqual(['one'])
})

test('a script is matched by its sha, and only when it has really run', async () => {
  const { proxy, through, key } = await setting()
  const text = `return redis.call('incr', KEYS[1]) -- ${key}`
  const sha = createHash('sha1').update(text).digest('hex')
  const trap = proxy.trap({ match: runsScript(sha), when: 'after', action: () => undefined })
  await expect(through.evalsha(sha, 1, key)).rejects.toThrow('NOSCRIPT')
  expect(trap.hits).toBe(0)
  await through.eval(text, 1, key)
  await through.evalsha(sha, 1, key)
  expect(trap.hits).toBe(2)
})

test('a cut breaks what is open and lets new connections in', async () => {
  const { proxy, through, key } = await setting()
  await through.get(key)
  const ended = new Promise<void>((resolve) => through.once('end', () => resolve()))
  proxy.cut()
  await ended
  expect(await client(proxy.url).get(key)).toBeNull()
})

test('while it refuses, nobody gets in; afterwards everybody does', async () => {
  const { proxy, key } = await setting()
  proxy.refuse(true)
  await expect(client(proxy.url).get(key)).rejects.toThrow()
  proxy.refuse(false)
  expect(await client(proxy.url).get(key)).toBeNull()
})

test('while it swallows, a command is taken and never answered, and Redis never sees it', async () => {
  const { proxy, through, direct, key } = await setting()
  await through.get(key)
  proxy.swallow(true)
  let settled = false
  const lost = through.set(key, 'there').finally(() => {
    settled = true
  })
  proxy.swallow(false)
  expect(await client(proxy.url).ping()).toBe('PONG')
  expect(await direct.exists(key)).toBe(0)
  expect(settled).toBe(false)
  through.disconnect()
  await expect(lost).rejects.toThrow()
})

test('onCommand sees each command and can drop one', async () => {
  const { proxy, through, direct, key } = await setting()
  const names: (string | undefined)[] = []
  await through.get(key)
  proxy.onCommand((command) => {
    names.push(command[0])
    return command[0] === 'del' ? 'drop' : undefined
  })
  await through.set(key, 'there')
  await expect(through.del(key)).rejects.toThrow()
  expect(names).toEqual(['set', 'del'])
  expect(await direct.exists(key)).toBe(1)
})

test('a delay holds every command back and keeps their order', async () => {
  const { proxy, through, key } = await setting()
  await through.get(key)
  proxy.delayMs = 40
  const startedMs = Date.now()
  const replies = await Promise.all([through.rpush(key, 'a'), through.rpush(key, 'b'), through.rpop(key)])
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(40)
  expect(replies).toEqual([1, 2, 'b'])
})

test('the end of Redis is the end of the connection', async () => {
  const { through, direct, key } = await setting()
  const ended = new Promise<void>((resolve) => through.once('end', () => resolve()))
  const id = await through.client('ID')
  await direct.client('KILL', 'ID', Number(id))
  await ended
  await expect(through.get(key)).rejects.toThrow()
  await eventually(() => expect(through.status).toBe('end'))
})
