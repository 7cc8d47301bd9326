// Worker processes with hundreds of quick jobs in hand each, and what befalls them. What each of them had in hand when
// it was taken for dead is kept: those jobs alone may be performed once more.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Program } from './child.ts'
import { drawn } from './crew.ts'
import { eventually } from './eventually.ts'
import { startActor } from './journey.ts'
import { recordsAhead } from './process.ts'
import { type Registration, registrationOf } from './registration.ts'
import type { World } from './world.ts'

const patient = { timeoutMs: 90_000, intervalMs: 5 }

export class QuickCrew {
  readonly #world: World
  readonly #url: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'resque-quick-'))
  readonly #programs = new Set<Program>()
  /** How often each job was in the hands of a process that was taken for dead, by its argument. */
  readonly inHand = new Map<number, number>()
  /** The most jobs that a process had in hand when it was taken for dead. */
  most = 0

  /** @param url how the workers reach Redis */
  constructor(world: World, url: string = world.url) {
    this.#world = world
    this.#url = url
    onTestFinished(() => rmSync(this.#folder, { recursive: true }))
  }

  get #file(): string {
    return join(this.#folder, 'performed')
  }

  /** @param concurrency how many jobs each performs at a time */
  async hire(count: number, concurrency: number): Promise<void> {
    const part = { file: this.#file, concurrency }
    const hired = Array.from({ length: count }, () =>
      startActor('quick-worker', this.#world, this.#url, part),
    )
    await Promise.all(hired.map((program) => program.waitForLine(/^started/)))
    for (const program of hired) this.#programs.add(program)
  }

  /** One of them, drawn by lot. */
  any(): Program {
    return drawn(this.#programs)
  }

  /** How often each job was performed, by its argument. */
  performed(): Map<number, number> {
    const times = new Map<number, number>()
    for (const line of readFileSync(this.#file, 'utf8').trimEnd().split('\n'))
      times.set(Number(line), (times.get(Number(line)) ?? 0) + 1)
    return times
  }

  /** Waits for so many settled jobs, and until those that came back from the dead are done: none may die thrice. */
  async untilSettled(count: number): Promise<void> {
    const { redis, keys } = this.#world
    await eventually(async () => {
      expect(Number(await redis.get(keys.processed))).toBeGreaterThanOrEqual(count)
      expect(await redis.exists(keys.deaths)).toBe(0)
    }, patient)
  }

  async #bury({ token, workerIds }: Registration): Promise<void> {
    const { redis, keys, rooms } = this.#world
    for (let round = 0; round < 30; round++) await redis.ping() // Redis does what was sent before
    const shown = await redis.mget(...workerIds.map((id) => keys.worker(id)))
    const records = [...shown, ...(await recordsAhead(this.#world, token)).values()]
    let count = 0
    for (const record of records) {
      if (record === null) continue
      const [name = -1] = (JSON.parse(record) as { payload: { args: number[] } }).payload.args
      this.inHand.set(name, (this.inHand.get(name) ?? 0) + 1)
      count++
    }
    this.most = Math.max(this.most, count)
    await rooms.running.bury(token)
  }

  /** kill -9 for one of them; taken for dead at once, and another one for it. */
  async kill(program: Program): Promise<void> {
    const registration = await registrationOf(this.#world, program)
    program.kill('SIGKILL')
    this.#programs.delete(program)
    await program.exit
    await this.#bury(registration)
    await this.hire(1, registration.workerIds.length)
  }

  /** One stands still until it is taken for dead and others have its jobs, and goes on. */
  async freeze(program: Program): Promise<void> {
    const registration = await registrationOf(this.#world, program)
    program.kill('SIGSTOP')
    await this.#bury(registration)
    await this.untilSettled(0)
    program.kill('SIGCONT')
  }

  /** Everybody ends as told. */
  async dismiss(): Promise<void> {
    for (const program of this.#programs) program.kill('SIGTERM')
    await Promise.all([...this.#programs].map(({ exit }) => exit))
  }
}
