// Runs once before all tests: starts the redis-server they share and sees that dist, from which they start
// the programs, is as new as src.

import type {} from 'vitest'
import type { TestProject } from 'vitest/node'
import { type RedisServer, startRedis } from './redis-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The shared redis-server. Each test takes a namespace of its own and never flushes. */
    redisUrl: string
  }
}

let server: RedisServer | undefined

export async function setup(project: TestProject): Promise<void> {
  server = await startRedis()
  project.provide('redisUrl', server.url)
}

export async function teardown(): Promise<void> {
  await server?.stop()
}
