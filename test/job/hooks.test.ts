// How the hooks of a job class are found.

import { expect, test } from 'vitest'
import { hooksOf } from '../../src/job/hooks.ts'

class Base {
  static told: string[] = []
  static beforeEnqueueLog(word: string): void {
    // biome-ignore lint/complexity/noThisInStatic: on which class it is called is what is tested
    Base.told.push(`base ${word} ${this.name}`)
  }
  perform(): void {}
}

class Mail extends Base {
  static beforeEnqueue(): boolean {
    return false
  }
  static beforeEnqueueAudit(): string {
    // biome-ignore lint/complexity/noThisInStatic: on which class it is called is what is tested
    return this.name
  }
  static beforeEnqueued = 'no hook'
  static beforeEnqueueNote = 'no function'
}

test('statics whose names begin with the hook are called on the class, in alphabetical order', () => {
  const hooks = hooksOf(Mail, 'beforeEnqueue')
  expect(hooks.map((hook) => hook('word'))).toEqual([false, 'Mail', undefined])
  expect(Base.told).toEqual(['base word Mail'])
})

test('a class without hooks has none, and what was found once is kept', () => {
  expect(hooksOf(Mail, 'afterEnqueue')).toEqual([])
  expect(hooksOf(Base, 'beforeEnqueue')).toHaveLength(1)
  expect(hooksOf(Mail, 'beforeEnqueue')).toBe(hooksOf(Mail, 'beforeEnqueue'))
})
