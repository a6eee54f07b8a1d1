import { expect, test } from 'vitest'
import { hueOf, initials } from './avatar.tsx'

test.each([
  ['Анна Мария Петрова', 'АП'],
  ['olga', 'O'],
  ['  (Igor)  42 ', 'I4'],
  ['😀', ''],
  ['', ''],
])('[WEB-21] %j has the initials %j', (name, expected) => {
  expect(initials(name)).toBe(expected)
})

test('[WEB-21] an id always has the same of twelve hues, and all hues are used', () => {
  const hues = Array.from({ length: 500 }, (_, id) => hueOf(id + 1))
  expect(new Set(hues).size).toBe(12)
  expect(Math.min(...hues)).toBe(0)
  expect(Math.max(...hues)).toBe(11)
  expect(hueOf(Number.MAX_SAFE_INTEGER)).toBeGreaterThanOrEqual(0)
})
