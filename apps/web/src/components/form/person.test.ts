import { expect, test } from 'vitest'
import { validatePerson } from './person.ts'

test('[WEB-23] the form requires a valid email and a name', () => {
  expect(validatePerson({ email: ' anna@example.com ', name: ' Anna ' })).toEqual({})
  expect(validatePerson({ email: ' ', name: ' ' })).toEqual({ email: 'missing', name: 'missing' })
  expect(validatePerson({ email: 'anna@example', name: 'x'.repeat(121) })).toEqual({
    email: 'invalid',
    name: 'too_long',
  })
  expect(validatePerson({ email: 'anna@пример.рф', name: '\u3164' })).toEqual({ name: 'missing' })
  expect(validatePerson({ email: '\u212aim@a.de', name: 'Kim' })).toEqual({ email: 'invalid' })
  expect(validatePerson({ email: 'a@b.cc', name: 'System' })).toEqual({ name: 'invalid' })
  expect(validatePerson({ email: 'a@b.cc', name: '😀'.repeat(120) })).toEqual({})
})
