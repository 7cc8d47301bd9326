// A kit on the tests' Redis, closed when the test ends.

import { inject, onTestFinished } from 'vitest'
import { type TestKit, type TestKitOptions, testKit } from '../../src/testing.ts'

export function kit(options: TestKitOptions = {}): TestKit {
  const made = testKit({ redis: inject('redisUrl'), ...options })
  onTestFinished(() => made.close())
  return made
}
