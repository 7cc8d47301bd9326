// The nearest right name for a wrong one.

import { expect, it } from 'vitest'
import { didYouMean, nearest } from '../src/nearest.ts'

const names = ['SendEmail', 'SendSms', 'Report', 'queue', 'cron', 'class']

it.each([
  ['SendEmial', 'SendEmail'],
  ['sendemail', 'SendEmail'],
  ['Reports', 'Report'],
  ['quque', 'queue'],
  ['corn', 'cron'],
  ['clas', 'class'],
  ['SendSms', 'SendSms'],
])('%j was probably meant to be %j', (wrong, right) => {
  expect(nearest(wrong, names)).toBe(right)
  expect(didYouMean(wrong, names)).toBe(` Did you mean "${right}"?`)
})

it.each(['', 'Something entirely different', 'xyz', 'Dashboard'])('%j is like none of them', (wrong) => {
  expect(nearest(wrong, names)).toBeUndefined()
  expect(didYouMean(wrong, names)).toBe('')
})

it('of no names is none', () => {
  expect(nearest('x', [])).toBeUndefined()
})
