// Calls `resque` as a function, in the namespace of a test's world.

import type { CliContext, Output } from '../../src/cli/context.ts'
import { main } from '../../src/cli/resque-program.ts'
import type { World } from '../support/world.ts'

export interface Called {
  readonly code: number
  readonly out: string
  readonly err: string
  /** What was answered with --json. */
  json(): unknown
}

export type Call = (...argv: string[]) => Promise<Called>

/** An output of a pipe, of which `texts` takes what is written. */
export function collector(texts: string[]): Output {
  return { isTTY: false, write: (text) => void texts.push(text) }
}

/** `const resque = callerOf(world()); await resque('queues', '--json')` */
export function callerOf({ url, namespace }: World, more: Partial<CliContext> = {}): Call {
  return async (...argv) => {
    const out: string[] = []
    const err: string[] = []
    const code = await main({
      argv,
      env: { REDIS_URL: url, RESQUE_NAMESPACE: namespace },
      stdout: collector(out),
      stderr: collector(err),
      cwd: '/',
      ...more,
    })
    return { code, out: out.join(''), err: err.join(''), json: () => JSON.parse(out.join('')) as unknown }
  }
}

/** A job that a worker of the world has failed. */
export class Doomed {
  static queue = 'low'
  perform(reason: string): void {
    throw new TypeError(reason)
  }
}
