import { expect, test } from 'vitest'
import { latinKey } from './keys.ts'

test.each([
  ['j', 'KeyJ', 'j'],
  ['о', 'KeyJ', 'j'],
  ['Л', 'KeyK', 'k'],
  ['a', 'KeyQ', 'a'],
  ['Enter', 'Enter', 'Enter'],
  ['.', 'Slash', '.'],
])('[WEB-10] the key %j at %s is %j', (key, code, expected) => {
  expect(latinKey({ key, code })).toBe(expected)
})
