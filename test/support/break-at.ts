// Breaks a program, or its connection, at exactly one step.

import { scripts } from '../../src/redis/script.ts'
import { type ChaosProxy, runsScript, type Trap } from './chaos-proxy.ts'
import type { Program } from './child.ts'
import type { FaultPoint, Side } from './fault-points.ts'

export type Step = Pick<FaultPoint, 'script' | 'matches'>

/** The first matching call of a script, before it reaches Redis or before its answer reaches the program. */
function atStep(
  proxy: ChaosProxy,
  when: Side,
  { script, matches = () => true }: Step,
  action: () => Promise<unknown>,
): Trap {
  const isCall = runsScript(scripts.get(script)?.sha ?? '')
  return proxy.trap({
    match: (words) => isCall(words) && matches(words.slice(3 + Number(words[2]))),
    when,
    action: async () => {
      await action()
      return 'drop' as const
    },
  })
}

/** The connection breaks there, once; the program goes on. */
export function cutAt(proxy: ChaosProxy, when: Side, step: Step): Trap {
  return atStep(proxy, when, step, async () => undefined)
}

/** Starts a program and kills it there with SIGKILL. Resolves when it is dead. */
export async function killedAt(
  proxy: ChaosProxy,
  when: Side,
  step: Step,
  start: () => Program,
  provoke: (program: Program) => Promise<void> = async () => undefined,
): Promise<Program> {
  let program: Program | undefined
  const trap = atStep(proxy, when, step, async () => {
    program?.kill('SIGKILL')
    await program?.exit
  })
  const started = start()
  program = started
  const ended = started.exit.then(({ code, signal }) => {
    if (signal === 'SIGKILL') return
    throw new Error(`it ended by itself (${signal ?? code}):\n${started.lines.join('\n')}`)
  })
  await Promise.all([ended, provoke(started), trap.sprung])
  return started
}
