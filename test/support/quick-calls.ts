// What a worker asked of settle-quick.lua, read from the commands that passed a proxy.

import { onTestFinished } from 'vitest'
import { scripts } from '../../src/redis/script.ts'
import { type ChaosProxy, runsScript, startProxy } from './chaos-proxy.ts'
import type { World } from './world.ts'

/** A proxy before the world's Redis, stopped when the test ends. */
export async function proxyOf({ url }: Pick<World, 'url'>): Promise<ChaosProxy> {
  const proxy = await startProxy(url)
  onTestFinished(() => proxy.stop())
  return proxy
}

/** Whether a command is a call of this script. */
export function calls(script: string): (command: readonly string[]) => boolean {
  return runsScript(scripts.get(script)?.sha ?? '')
}

/** The ARGV of a script's call. */
export function argsOf(command: readonly string[]): readonly string[] {
  return command.slice(3 + Number(command[2]))
}

const shownAt = 5
const freeAt = 11

/** How many jobs this call would take into slots that nobody is shown. */
export function askedAhead(command: readonly string[]): number {
  const args = argsOf(command)
  const shown = Number(args[shownAt])
  let hidden = 0
  for (const range of (args[freeAt] ?? '').split(',').filter((text) => text !== '')) {
    const [from = 0, to = 0] = range.split('-').map(Number)
    hidden += Math.max(0, to - Math.max(from - 1, shown))
  }
  return hidden
}

/** The most that any call asked for ahead. */
export function mostAskedAhead(proxy: ChaosProxy): number {
  const quick = proxy.commands.filter(calls('settle-quick'))
  return Math.max(0, ...quick.map(askedAhead))
}
