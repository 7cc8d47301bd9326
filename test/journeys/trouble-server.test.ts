// Redis refuses, is busy, reads its data, or is away, while a worker and a scheduler run: each says so in one line
// and goes on, and one more line when it is over. What was due is promoted and performed, once.

import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/redis-server.ts'
import { lasting, type Sufferers, type SufferOptions, sufferers } from '../support/trouble.ts'

interface Trouble {
  readonly name: string
  /** What the log says of it. */
  readonly said: RegExp
  readonly options?: SufferOptions
  begin(here: Sufferers): Promise<unknown>
  end(here: Sufferers): Promise<unknown>
}

/** A broken connection may come first; then what it finds when it is back. */
const mostLines = 2

async function cutAll(admin: Redis): Promise<void> {
  for (const type of ['normal', 'pubsub']) await admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
}

async function bgsave({ admin }: Sufferers, status: 'ok' | 'err'): Promise<void> {
  await admin.call('BGSAVE')
  await eventually(async () =>
    expect(await admin.info('persistence')).toContain(`rdb_last_bgsave_status:${status}`),
  )
}

const troubles: readonly Trouble[] = [
  {
    name: 'a server that is stopped for a while',
    said: /ECONNREFUSED|ECONNRESET|closed|broke/,
    begin: ({ server }) => server.kill(),
    end: ({ server }) => server.restart(),
  },
  {
    name: 'a server that is frozen (SIGSTOP)',
    said: /timed out|timeout/i,
    begin: async ({ server }) => server.pause(),
    end: async ({ server }) => server.resume(),
  },
  {
    name: 'READONLY, a server that has become a replica',
    said: /READONLY.*Sentinel/,
    begin: async ({ admin }) => admin.call('REPLICAOF', '127.0.0.1', await freePort()),
    end: ({ admin }) => admin.call('REPLICAOF', 'NO', 'ONE'),
  },
  {
    name: 'OOM, a server at its maxmemory',
    said: /OOM.*give it more/,
    begin: ({ admin }) => admin.config('SET', 'maxmemory', '1'),
    end: ({ admin }) => admin.config('SET', 'maxmemory', '0'),
  },
  {
    name: 'BUSY, with the script of another program',
    said: /BUSY|timed out/,
    options: { args: ['--lua-time-limit', '50'] },
    begin: async ({ server }) => {
      const other = new Redis(server.url)
      other.eval('while true do end', 0).catch(() => other.disconnect())
    },
    end: ({ admin }) => admin.script('KILL'),
  },
  {
    name: 'MISCONF, a server that cannot save',
    said: /MISCONF.*free space/,
    begin: async (here) => {
      await here.admin.config('SET', 'save', '3600 1000000')
      // Not even root can write a file where a folder is.
      await mkdir(join(here.server.dir, 'dump.rdb'))
      await bgsave(here, 'err')
    },
    end: async (here) => {
      await rmdir(join(here.server.dir, 'dump.rdb'))
      await bgsave(here, 'ok')
    },
  },
  {
    name: 'a password that is set, and taken back',
    said: /NOAUTH.*user and password/,
    begin: async ({ admin }) => {
      await admin.config('SET', 'requirepass', 'secret')
      await cutAll(admin)
    },
    end: ({ admin }) => admin.config('SET', 'requirepass', ''),
  },
]

it.for(troubles)('$name', async ({ said, options = {}, begin, end }) => {
  const here = await sufferers(options)
  here.worker.pause() // so that it has to take jobs when the trouble is there: an idle worker hardly writes
  await here.enqueue()
  await begin(here)
  here.worker.resume()
  await here.bothSuffer()
  await eventually(() => {
    for (const lines of Object.values(here.lines)) expect(lines.join('\n')).toMatch(said)
  })
  await lasting()
  for (const lines of Object.values(here.lines)) expect(lines.length).toBeLessThanOrEqual(mostLines)
  await end(here)
  await here.enqueue()
  await here.allPerformedOnce()
  await here.bothRecovered()
  for (const lines of Object.values(here.lines)) expect(lines.length).toBeLessThanOrEqual(mostLines + 2)
})

it('LOADING, a server that takes its time to read its data', async () => {
  const slowly = ['--key-load-delay', '20000', '--loading-process-events-interval-bytes', '1024']
  const here = await sufferers({ args: slowly })
  for (let index = 0; index < 60; index++) await here.admin.set(`filler:${index}`, 'x'.repeat(1_200))
  await here.enqueue()
  await here.admin.call('BGREWRITEAOF')
  await eventually(async () => expect(await here.admin.info('persistence')).toMatch(/aof_base_size:\d{4}/))
  const restarted = here.server.restart()
  await eventually(async () => expect(await here.admin.info('persistence')).toContain('loading:1'))
  await here.bothSuffer()
  await restarted
  await here.allPerformedOnce()
  await here.bothRecovered()
  for (const lines of Object.values(here.lines)) expect(lines.length).toBeLessThanOrEqual(mostLines + 1)
})

it('a server that comes back without its data: what is enqueued from then on is done', async () => {
  const here = await sufferers({ appendonly: false })
  await here.server.kill()
  await here.bothSuffer()
  await here.server.restart()
  await here.bothRecovered()
  await here.enqueue()
  await here.allPerformedOnce()
  expect((await here.w.resque.workers.list()).length).toBeGreaterThan(0)
})

it('connections that are cut at random: two lines at most', async () => {
  const here = await sufferers()
  for (let cut = 0; cut < 8; cut++) {
    await here.enqueue()
    await cutAll(here.admin)
    await here.admin.script('FLUSH')
    await eventually(async () =>
      expect(await here.admin.call('CLIENT', 'LIST')).toMatch(/cmd=evalsha|cmd=eval/),
    )
  }
  await here.allPerformedOnce()
  for (const lines of Object.values(here.lines)) expect(lines.length).toBeLessThanOrEqual(2)
})
