// Arguments travel as JSON. What JSON would silently change or drop is refused before anything is written.

import { InvalidArgumentError } from '../errors.ts'

/** PHP reads 512 levels, Redis's Lua 1,000; the payload itself takes two. */
const deepestNesting = 500

function refuse(path: string, value: unknown, why: string): never {
  throw new InvalidArgumentError(
    path,
    value,
    `cannot enqueue ${path}: ${why}. Pass text, numbers, booleans, null, arrays and plain objects only.`,
  )
}

function describeObject(value: object): string {
  return value.constructor?.name ? `an instance of ${value.constructor.name}` : 'no plain object'
}

function checkObject(value: object, path: string, parents: readonly object[]): void {
  if (parents.includes(value)) refuse(path, value, 'it contains itself (a cycle)')
  const inside = [...parents, value]
  if (inside.length > deepestNesting)
    refuse(path, value, `it is nested deeper than ${deepestNesting} levels, which PHP cannot read`)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) checkValue(value[index], `${path}[${index}]`, inside)
    return
  }
  if (value instanceof Date)
    refuse(path, value, 'it is a Date; pass date.toISOString() and parse it in the job')
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    refuse(path, value, `it is ${describeObject(value)}, which would arrive as a plain object`)
  }
  if (Object.getOwnPropertySymbols(value).length > 0) refuse(path, value, 'it has a symbol as key')
  for (const [key, part] of Object.entries(value)) checkValue(part, `${path}.${key}`, inside)
}

/** What is wrong with a value that is no object; null when nothing is. */
function scalarProblem(value: unknown): string | null {
  if (typeof value === 'string' || typeof value === 'boolean') return null
  if (typeof value === 'number')
    return Number.isFinite(value) ? null : `${value} is no JSON number (it would become null)`
  if (value === undefined) return 'it is undefined; pass null for "nothing"'
  if (typeof value === 'bigint') return 'it is a BigInt; pass String(value)'
  return `it is a ${typeof value}`
}

function checkValue(value: unknown, path: string, parents: readonly object[]): void {
  if (value === null) return
  if (typeof value === 'object') {
    checkObject(value, path, parents)
    return
  }
  const problem = scalarProblem(value)
  if (problem !== null) refuse(path, value, problem)
}

const none: readonly object[] = []

/** Most arguments are such; for these no path is written down. */
function isGoodScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || Number.isFinite(value)
}

/**
 * Checks that every argument survives JSON unchanged.
 * @throws InvalidArgumentError naming the argument (`args[1].user.birthday`) and what to pass instead.
 */
export function checkArgs(args: unknown): asserts args is readonly unknown[] {
  if (!Array.isArray(args)) {
    throw new InvalidArgumentError(
      'args',
      args,
      'args must be an array: each element is one argument of perform.',
    )
  }
  for (let index = 0; index < args.length; index++)
    if (!isGoodScalar(args[index])) checkValue(args[index], `args[${index}]`, none)
}

/**
 * Checks that args can be compared with those of other jobs: of the digits of a whole number beyond 2^53 the last
 * ones are lost here, and another job than the one meant could be hit.
 * @throws InvalidArgumentError
 */
export function checkExact(value: unknown): void {
  if (Array.isArray(value)) value.forEach(checkExact)
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(checkExact)
  else if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    const why = `${value} is beyond 2^53, where a JavaScript number does not hold every digit`
    throw new InvalidArgumentError('args', value, `cannot compare jobs by it: ${why}. Leave the args out.`)
  }
}
