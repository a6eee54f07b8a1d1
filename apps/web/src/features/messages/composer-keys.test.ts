import { expect, test } from 'vitest'
import { sends } from './composer-keys.ts'

const enter = { key: 'Enter', shiftKey: false, altKey: false, isComposing: false, keyCode: 13 }

test('[WEB-7] Enter sends, Shift+Enter does not', () => {
  expect(sends(enter)).toBe(true)
  expect(sends({ ...enter, shiftKey: true })).toBe(false)
  expect(sends({ ...enter, key: 'a' })).toBe(false)
})

test('[WEB-7] the Enter that ends the composition of a word sends nothing, in Safari too', () => {
  expect(sends({ ...enter, isComposing: true })).toBe(false)
  expect(sends({ ...enter, keyCode: 229 })).toBe(false)
})
