// A namespace of its own for each test, so that test files share one Redis and run side by side.

import { randomBytes } from 'node:crypto'

/** A random name such as `t3f9a01c2b4d5`; it starts with a letter and holds no colon. */
export function freshNamespace(): string {
  return `t${randomBytes(6).toString('hex')}`
}
