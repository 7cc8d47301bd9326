// The last answer is given again for as long as the same is asked.

import { expect, it } from 'vitest'
import { remembered } from '../../src/job/remembered.ts'

it('calls the function only when it is asked something else than before', () => {
  const asked: string[] = []
  const upper = remembered((text: string) => {
    asked.push(text)
    return text.toUpperCase()
  })
  expect(['a', 'a', 'b', 'a', 'a'].map(upper)).toEqual(['A', 'A', 'B', 'A', 'A'])
  expect(asked).toEqual(['a', 'b', 'a'])
})
