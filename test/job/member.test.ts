// The bytes of a JSON object's member, as they were written.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rawMember } from '../../src/job/member.ts'

describe('the bytes of one member', () => {
  const names = fc.constantFrom('payload', 'a', 'b"c', 'payload ', '\u00e9', '')
  const objects = fc.dictionary(names, fc.jsonValue(), { maxKeys: 5, noNullPrototype: true })

  it('are those that JSON.parse reads', () => {
    fc.assert(
      fc.property(objects, fc.constantFrom(0, 1, 3), (object, indent) => {
        const text = JSON.stringify(object, undefined, indent)
        for (const [key, value] of Object.entries(object)) {
          expect(JSON.parse(rawMember(text, key) ?? '')).toEqual(JSON.parse(JSON.stringify(value)))
          expect(text).toContain(rawMember(text, key))
        }
        expect(rawMember(text, 'absent')).toBeNull()
      }),
    )
  })

  it('keep numbers and escapes as they were written', () => {
    const text = '{ "x" : "a\\"}," , "payload" : {"args":[1.0e-05,"\\/"]} , "y":[{"payload":2}]}'
    expect(rawMember(text, 'payload')).toBe('{"args":[1.0e-05,"\\/"]}')
  })
})
