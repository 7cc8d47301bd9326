// Arguments travel as JSON. What JSON would silently change or drop is refused before anything is written.

import { InvalidArgumentError } from '../errors.ts'

function refuse(path: string, value: unknown, why: string): never {
  throw new InvalidArgumentError(
    path,
    value,
    `cannot enqueue ${path}: ${why}. Pass text, numbers, booleans, null, arrays and plain objects only.`,
  )
}

function checkNumber(value: number, path: string): void {
  if (Number.isFinite(value)) return
  refuse(path, value, `${value} is no JSON number (it would become null)`)
}

function describeObject(value: object): string {
  return value.constructor?.name ? `an instance of ${value.constructor.name}` : 'no plain object'
}

function checkObject(value: object, path: string, parents: readonly object[]): void {
  if (parents.includes(value)) refuse(path, value, 'it contains itself (a cycle)')
  const inside = [...parents, value]
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) checkValue(value[index], `${path}[${index}]`, inside)
    return
  }
  if (value instanceof Date) refuse(path, value, 'it is a Date; pass date.toISOString() and parse it in the job')
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    refuse(path, value, `it is ${describeObject(value)}, which would arrive as a plain object`)
  }
  for (const [key, part] of Object.entries(value)) checkValue(part, `${path}.${key}`, inside)
}

function checkValue(value: unknown, path: string, parents: readonly object[]): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return
    case 'number':
      return checkNumber(value, path)
    case 'object':
      return value === null ? undefined : checkObject(value, path, parents)
    case 'undefined':
      return refuse(path, value, 'it is undefined; pass null for "nothing"')
    case 'bigint':
      return refuse(path, value, 'it is a BigInt; pass String(value)')
    default:
      return refuse(path, value, `it is a ${typeof value}`)
  }
}

const none: readonly object[] = []

/**
 * Checks that every argument survives JSON unchanged.
 * @throws InvalidArgumentError naming the argument (`args[1].user.birthday`) and what to pass instead.
 */
export function checkArgs(args: unknown): asserts args is readonly unknown[] {
  if (!Array.isArray(args)) {
    throw new InvalidArgumentError('args', args, 'args must be an array: each element is one argument of perform.')
  }
  for (let index = 0; index < args.length; index++) checkValue(args[index], `args[${index}]`, none)
}
