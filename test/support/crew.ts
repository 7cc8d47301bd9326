// Worker processes under a flood of jobs, and what befalls them: killed or stopped in the middle of it. Which jobs
// each of them had in hand then is kept, because those alone may be performed once more.

import { expect } from 'vitest'
import type { Program } from './child.ts'
import { eventually } from './eventually.ts'
import { journalKey, startActor } from './journey.ts'
import { recordsAhead } from './process.ts'
import { type Registration, registrationOf } from './registration.ts'
import type { World } from './world.ts'

const slots = 10

interface Payload {
  readonly id: string
}

/** One of them, drawn by lot. */
export function drawn<T>(from: Iterable<T>): T {
  const all = [...from]
  const one = all[Math.floor(Math.random() * all.length)]
  if (one === undefined) throw new Error('nobody is left')
  return one
}

export class Crew {
  readonly #world: World
  readonly #programs = new Set<Program>()
  /** How often each job was in the hands of a process that was taken for dead. */
  readonly inHand = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  async hire(count: number): Promise<void> {
    const { url } = this.#world
    const programs = Array.from({ length: count }, () =>
      startActor('worker', this.#world, url, { concurrency: slots }),
    )
    await Promise.all(programs.map((program) => program.waitForLine(/^started/)))
    for (const program of programs) this.#programs.add(program)
  }

  /** One of them, drawn by lot. */
  any(): Program {
    return drawn(this.#programs)
  }

  /** How many performances there have been. */
  performed(): Promise<number> {
    return this.#world.redis.llen(journalKey(this.#world))
  }

  async untilPerformed(count: number): Promise<void> {
    await eventually(async () => expect(await this.performed()).toBeGreaterThanOrEqual(count), {
      timeoutMs: 60_000,
      intervalMs: 5,
    })
  }

  /** Resolves to how many jobs it has in hand. */
  async #noteHands({ token, workerIds }: Registration): Promise<number> {
    const { redis, keys } = this.#world
    const shown = await redis.mget(...workerIds.map((id) => keys.worker(id)))
    const own = shown.filter((record) => !record?.startsWith(`{"token":"${token}",`)) // else only shown there
    const ahead = await recordsAhead(this.#world, token)
    const ids = [...own, ...ahead.values()].flatMap((record) =>
      record === null ? [] : [(JSON.parse(record) as { payload: Payload }).payload.id],
    )
    for (const id of ids) this.inHand.set(id, (this.inHand.get(id) ?? 0) + 1)
    return ids.length
  }

  /** It is taken for dead: what it has in hand goes back. Redis first does what the process sent with its last breath. */
  async #bury(registration: Registration): Promise<number> {
    const { redis, rooms } = this.#world
    for (let round = 0; round < 3; round++) await redis.ping()
    const count = await this.#noteHands(registration)
    await rooms.running.bury(registration.token)
    return count
  }

  /** kill -9 for one of them, and another one for it. */
  async kill(program: Program): Promise<void> {
    const registration = await registrationOf(this.#world, program)
    program.kill('SIGKILL')
    this.#programs.delete(program)
    await program.exit
    const hired = this.hire(1)
    await this.#bury(registration)
    await hired
  }

  /** SIGSTOP; taken for dead after that. `goOn` ends it. Resolves to how many jobs it had in hand. */
  async stop(program: Program): Promise<number> {
    const registration = await registrationOf(this.#world, program)
    program.kill('SIGSTOP')
    return this.#bury(registration)
  }

  goOn(program: Program): void {
    program.kill('SIGCONT')
  }

  /** Everybody ends as told. */
  async dismiss(): Promise<void> {
    for (const program of this.#programs) program.kill('SIGTERM')
    await Promise.all([...this.#programs].map(({ exit }) => exit))
  }
}
