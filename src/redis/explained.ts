// A client whose every command fails with an error that says what happened, where, and how to cure it; and, for
// clients that have none of their own, with a deadline for every command.

import type { Redis } from 'ioredis'
import { after } from '../clock.ts'
import type { Watch } from './silence.ts'

export interface Manner {
  explain(error: unknown): Error
  /** How long a command may take; undefined when the client sees to that itself. */
  readonly deadlineMs?: number | undefined
  /** Told of each command that was given to the client. */
  readonly watch?: Watch | undefined
}

type Method = (this: unknown, ...args: unknown[]) => unknown

/** A pipeline or transaction, which is sent by `exec`. */
interface Chain {
  exec: Method
}

function withDeadline(answer: Promise<unknown>, ms: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const off = after(ms, () => reject(new Error('Command timed out')))
    answer.then(resolve, reject).finally(off)
  })
}

function told(answer: Promise<unknown>, { explain, deadlineMs, watch }: Manner): Promise<unknown> {
  watch?.()
  const timed = deadlineMs === undefined ? answer : withDeadline(answer, deadlineMs)
  const promise = timed.catch((error: unknown) => {
    throw explain(error)
  })
  // ioredis itself may call `exec` again and look at no answer.
  promise.catch(() => undefined)
  return promise
}

function isChain(value: unknown): value is Chain {
  return typeof value === 'object' && value !== null && typeof (value as Chain).exec === 'function'
}

function explainedMethod(client: object, method: Method, manner: Manner): Method {
  return (...args) => {
    const answer = Reflect.apply(method, client, args)
    if (answer instanceof Promise) return told(answer, manner)
    if (answer !== client && isChain(answer)) {
      const exec = answer.exec
      answer.exec = function (...given) {
        return told(Reflect.apply(exec, this, given) as Promise<unknown>, manner)
      }
    }
    return answer
  }
}

/** The same client for whoever calls it; what it rejects with is explained. */
export function explained(client: Redis, manner: Manner): Redis {
  const methods = new WeakMap<Method, Method>()
  return new Proxy(client, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function' || name === 'constructor') return value
      const method = value as Method
      const known = methods.get(method) ?? explainedMethod(target, method, manner)
      methods.set(method, known)
      return known
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  })
}
