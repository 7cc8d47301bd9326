// Errors on their way between a worker and a job's process: what was thrown arrives with its name, message, stack,
// fields and causes, and as one of our classes where it was one.

import * as ours from '../../errors.ts'

type ErrorClass = new (message?: string) => Error

export interface PackedError {
  /** For what was thrown and is no Error. */
  readonly value?: unknown
  readonly error?: PackedParts
}

interface PackedParts {
  /** Names of its class and of those above it, below Error. */
  readonly kinds: readonly string[]
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly cause?: PackedError
  readonly errors?: readonly PackedError[]
}

/** Causes of causes are followed so far. */
const deepest = 10

/** What JSON makes of a value; a text for what it cannot carry. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function')
    return String(value)
  try {
    const json = JSON.stringify(value)
    return json === undefined ? undefined : (JSON.parse(json) as unknown)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

function fieldsOf(error: Error): Record<string, unknown> {
  const { name: _name, message: _message, stack: _stack, cause: _cause, ...own } = { ...error }
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, plain(value)]))
}

function causesOf(error: Error, depth: number): Pick<PackedParts, 'cause' | 'errors'> {
  if (depth >= deepest) return {}
  const { errors } = error as { readonly errors?: unknown }
  return {
    ...(error.cause === undefined ? {} : { cause: packAt(error.cause, depth + 1) }),
    ...(Array.isArray(errors)
      ? { errors: errors.slice(0, deepest).map((one) => packAt(one, depth + 1)) }
      : {}),
  }
}

function kindsOf(error: Error): string[] {
  const kinds: string[] = []
  let at: unknown = Object.getPrototypeOf(error)
  while (at instanceof Error && kinds.length < deepest) {
    kinds.push(String(at.constructor?.name))
    at = Object.getPrototypeOf(at)
  }
  return kinds
}

function packAt(thrown: unknown, depth: number): PackedError {
  if (!(thrown instanceof Error)) return { value: plain(thrown) }
  return {
    error: {
      kinds: kindsOf(thrown),
      name: String(thrown.name),
      message: String(thrown.message),
      stack: String(thrown.stack ?? ''),
      fields: fieldsOf(thrown),
      ...causesOf(thrown, depth),
    },
  }
}

/** Never throws. */
export function packError(thrown: unknown): PackedError {
  try {
    return packAt(thrown, 0)
  } catch {
    // A getter or a proxy of the job's own threw in turn.
    return packAt(new Error('the job threw something that cannot be read'), 0)
  }
}

const builtIn: ReadonlyMap<string, ErrorClass> = new Map(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError].map((one) => [
    one.name,
    one as unknown as ErrorClass,
  ]),
)
const standIns = new Map<string, ErrorClass>()

function knownClass(name: string): ErrorClass | undefined {
  const own: unknown = Object.hasOwn(ours, name) ? (ours as Record<string, unknown>)[name] : undefined
  return typeof own === 'function' ? (own as unknown as ErrorClass) : builtIn.get(name)
}

/** Stands for a class of the user's, which may not be here: retry rules look at the names of an error's classes. */
function standIn(parent: ErrorClass, names: readonly string[]): ErrorClass {
  const key = names.join('<')
  const [name = 'Error'] = names
  const made = standIns.get(key) ?? { [name]: class extends parent {} }[name] ?? parent
  standIns.set(key, made)
  return made
}

function classOf(names: readonly string[]): ErrorClass {
  const [name, ...parents] = names
  if (name === undefined) return Error
  return knownClass(name) ?? standIn(classOf(parents), names)
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true, enumerable: false }
}

export function unpackError({ value, error: parts }: PackedError): unknown {
  if (parts === undefined) return value
  const error = Object.setPrototypeOf(new Error(parts.message), classOf(parts.kinds).prototype) as Error
  Object.assign(error, parts.fields)
  Object.defineProperty(error, 'name', hidden(parts.name))
  Object.defineProperty(error, 'stack', hidden(parts.stack))
  if (parts.cause !== undefined) Object.defineProperty(error, 'cause', hidden(unpackError(parts.cause)))
  if (parts.errors !== undefined)
    Object.defineProperty(error, 'errors', hidden(parts.errors.map((one) => unpackError(one))))
  return error
}
