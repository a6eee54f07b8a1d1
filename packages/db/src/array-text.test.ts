import { expect, test } from 'vitest'
import { numberArray, textArray } from './array-text.ts'

test('[MSG-2] arrays are written in the text form of PostgreSQL, with special characters escaped', () => {
  expect(numberArray([])).toBe('{}')
  expect(numberArray([1, -2.5, 2 ** 53])).toBe('{1,-2.5,9007199254740992}')
  expect(textArray([])).toBe('{}')
  expect(textArray(['', 'null', 'a,b', '{c}', 'd"e', 'f\\g', 'line\nend'])).toBe(
    '{"","null","a,b","{c}","d\\"e","f\\\\g","line\nend"}',
  )
})
