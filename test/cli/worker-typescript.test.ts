// Job files in TypeScript, as node 20 reads them with tsx: syntax that must be compiled, and imports of other files.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureBuilt, type Program, repository, runNode } from '../support/child.ts'
import { freshFolder } from '../support/daemons.ts'
import { type World, world } from '../support/world.ts'

const job = `
import { Greeting } from './greeting.ts'
enum Tone { Loud = 'LOUD' }
export class Greet {
  static queue = 'typed'
  perform(name: string): string {
    return new Greeting(name).text + ' ' + (Tone.Loud satisfies string)
  }
}
`
const greeting =
  'export class Greeting {\n  constructor(private readonly name: string) {}\n  get text(): string { return "hello " + this.name }\n}\n'

async function typedJobs(): Promise<string> {
  const folder = await freshFolder()
  await writeFile(join(folder, 'greet.ts'), job)
  await writeFile(join(folder, 'greeting.ts'), greeting)
  return folder
}

async function startTyped({ url, namespace }: World, ...more: string[]): Promise<Program> {
  ensureBuilt()
  const worker = `${repository}bin/resque-worker.js`
  const flags = ['--queue', 'typed', '--jobs', await typedJobs(), ...more]
  const env = { REDIS_URL: url, RESQUE_NAMESPACE: namespace }
  const program = runNode(['--import', 'tsx', worker, ...flags], { env })
  await program.waitForLine(/worker \S+ has started/, 20_000)
  return program
}

test.each([
  ['in the worker itself', []],
  ['in processes of their own', ['--isolation', 'process', '--concurrency', '1']],
  ['in a process with a master', ['--processes', '1']],
])(
  'node --import tsx performs them %s',
  async (_, flags) => {
    const here = world()
    const id = await here.resque.enqueueTo('typed', 'Greet', 'ann')
    const program = await startTyped(here, ...flags)
    expect(await here.resque.waitFor(String(id), { timeoutSeconds: 20 })).toMatchObject({
      state: 'complete',
      result: 'hello ann LOUD',
    })
    program.kill()
    expect(await program.exit).toMatchObject({ code: 0 })
  },
  30_000,
)
