// Under which token and worker ids a worker process of a test has joined.

import type { Program } from './child.ts'
import { eventually } from './eventually.ts'
import type { World } from './world.ts'

export interface Registration {
  readonly token: string
  /** One for each slot that is shown to others. */
  readonly workerIds: readonly string[]
}

async function find({ redis, keys }: World, { process: { pid } }: Program): Promise<Registration> {
  for (const [token, text] of Object.entries(await redis.hgetall(keys.processIds))) {
    const [count, base = ''] = text.split(' ')
    const workerIds = Array.from({ length: Number(count) }, (_, slot) =>
      slot === 0 ? base : `${base}:${slot + 1}`,
    )
    if (base.split(':').at(-2) === String(pid)) return { token, workerIds }
  }
  throw new Error(`process ${pid} is not registered`)
}

/** Waited for: a process that was taken for dead joins anew. */
export async function registrationOf(world: World, program: Program): Promise<Registration> {
  let found: Registration | undefined
  await eventually(async () => {
    found = await find(world, program)
  })
  if (found === undefined) throw new Error('unreachable: eventually() has not thrown')
  return found
}
