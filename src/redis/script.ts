// Loads a .lua file that stands beside its caller and runs it by its SHA. A line `-- @include name` in a
// script is replaced by include/name.lua: the few Lua functions that several scripts share. What only the
// scripts of one room share stands in that room: `-- @include ./include/name`.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Redis } from 'ioredis'
import { type ScriptCall, writerOf } from './durability.ts'
import { type CallableScript, callScript, type Line, type ScriptArgument } from './script-call.ts'
import { isUnknownScript } from './trouble.ts'

export type { ScriptArgument } from './script-call.ts'

export interface Script extends CallableScript {
  /** The file's name without `.lua`. */
  readonly name: string
  run(redis: Redis, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown>
}

const includes = new Map<string, string>()

function include(name: string, from: URL): string {
  const base = name.startsWith('./') ? from : new URL('./include/', import.meta.url)
  const url = new URL(`${name}.lua`, base)
  const known = includes.get(url.href)
  if (known !== undefined) return known
  const text = textOf(url)
  includes.set(url.href, text)
  return text
}

function textOf(url: URL): string {
  return readFileSync(url, 'utf8').replace(/^-- @include (\S+)$/gm, (_, name: string) => include(name, url))
}

/** Every script that was defined, by name: for tests, `doctor` and the counters of the bench. */
export const scripts: Map<string, Script> = new Map()

export interface ScriptOptions {
  /** false: what it writes may be lost at a failover; replicas are not waited for, whatever `durability` says. */
  readonly confirmed?: boolean
}

const lines = new WeakMap<Redis, Line>()

/** From now on scripts run on this client go the short way: see script-call.ts. */
export function callDirectly(redis: Redis, line: Line): void {
  lines.set(redis, line)
}

function plainly(redis: Redis): (call: ScriptCall) => Promise<unknown> {
  return ([command, ...words]) => redis[command](...words)
}

/** Any client can do it so. Redis forgets scripts; EVAL both runs the script and loads it again. */
async function callAnyhow(
  call: (call: ScriptCall) => Promise<unknown>,
  { sha, text }: CallableScript,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  try {
    return await call(['evalsha', sha, keys.length, ...keys, ...args])
  } catch (error) {
    if (!isUnknownScript(error)) throw error
    return await call(['eval', text, keys.length, ...keys, ...args])
  }
}

/** `defineScript(new URL('./push.lua', import.meta.url))` */
export function defineScript(url: URL, { confirmed = true }: ScriptOptions = {}): Script {
  const text = textOf(url)
  const sha = createHash('sha1').update(text).digest('hex')
  const run = (redis: Redis, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> => {
    const writer = confirmed ? writerOf(redis) : undefined
    const line = writer === undefined ? lines.get(redis) : undefined
    if (line !== undefined) return callScript(line, script, keys, args)
    return callAnyhow(writer ?? plainly(redis), script, keys, args)
  }
  const script: Script = { name: basename(url.pathname, '.lua'), sha, text, run }
  scripts.set(script.name, script)
  return script
}
