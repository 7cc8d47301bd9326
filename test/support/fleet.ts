// Several scheduler processes on one schedule, and what may befall their leader.

import { setTimeout as delay } from 'node:timers/promises'
import type { Program } from './child.ts'
import { startActor } from './journey.ts'
import type { World } from './world.ts'

export class Fleet {
  readonly #world: World
  readonly #schedule: string
  readonly #programs = new Set<Program>()
  /** How often the leader was killed, or stopped for longer than its lease. */
  killed = 0
  paused = 0

  constructor(world: World, schedule: string, size: number) {
    this.#world = world
    this.#schedule = schedule
    for (let index = 0; index < size; index++) this.#start()
  }

  #start(): void {
    this.#programs.add(startActor('scheduler', this.#world, this.#world.url, { schedule: this.#schedule }))
  }

  /** The program whose name is in the lock, or undefined when there is none. */
  async leader(): Promise<Program | undefined> {
    const holder = await this.#world.redis.get(this.#world.keys.leader)
    const pid = Number(holder?.split(':').at(-1))
    return [...this.#programs].find(({ process }) => process.pid === pid)
  }

  /** kill -9 for the leader, and another process for it. */
  async killLeader(): Promise<void> {
    const leader = await this.leader()
    if (leader === undefined) return
    this.killed++
    leader.kill('SIGKILL')
    this.#programs.delete(leader)
    await this.endLease()
    this.#start()
  }

  /** SIGSTOP for the leader until its lease has ended and another one leads; then it goes on. */
  async pauseLeader(): Promise<void> {
    const leader = await this.leader()
    if (leader === undefined) return
    this.paused++
    leader.kill('SIGSTOP')
    await this.endLease()
    for (let tries = 0; tries < 30 && (await this.leader()) === undefined; tries++) await delay(50)
    leader.kill('SIGCONT')
  }

  /** As if the lease had run out. */
  async endLease(): Promise<void> {
    await this.#world.redis.del(this.#world.keys.leader)
  }

  async stop(): Promise<void> {
    for (const program of this.#programs) program.kill('SIGTERM')
    await Promise.all([...this.#programs].map(({ exit }) => exit))
  }
}
