// Loads a .lua file that stands beside its caller and runs it by its SHA. A line `-- @include name` in a
// script is replaced by include/name.lua: the few Lua functions that several scripts share.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Redis } from 'ioredis'

export type ScriptArgument = string | number | Buffer

export interface Script {
  /** The file's name without `.lua`. */
  readonly name: string
  readonly sha: string
  readonly text: string
  run(redis: Redis, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown>
}

const includes = new Map<string, string>()

function include(name: string): string {
  const known = includes.get(name)
  if (known !== undefined) return known
  const text = readFileSync(new URL(`./include/${name}.lua`, import.meta.url), 'utf8')
  includes.set(name, text)
  return text
}

function textOf(url: URL): string {
  return readFileSync(url, 'utf8').replace(/^-- @include (\S+)$/gm, (_, name: string) => include(name))
}

/** Redis forgets scripts when it restarts or fails over; EVAL both runs the script and loads it again. */
function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** Every script that was defined, by name: for tests, `doctor` and the counters of the bench. */
export const scripts: Map<string, Script> = new Map()

/** `defineScript(new URL('./push.lua', import.meta.url))` */
export function defineScript(url: URL): Script {
  const text = textOf(url)
  const sha = createHash('sha1').update(text).digest('hex')
  const run = async (redis: Redis, keys: readonly string[], args: readonly ScriptArgument[]) => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return await redis.eval(text, keys.length, ...keys, ...args)
    }
  }
  const script: Script = { name: basename(url.pathname, '.lua'), sha, text, run }
  scripts.set(script.name, script)
  return script
}
