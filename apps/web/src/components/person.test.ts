import { expect, test } from 'vitest'
import { personFaults } from './person.ts'

test('[WEB-23] a person needs an email that looks like one, and a name', () => {
  expect(personFaults({ email: ' anna@example.com ', name: ' Anna ' })).toEqual({})
  expect(personFaults({ email: ' ', name: ' ' })).toEqual({ email: 'missing', name: 'missing' })
  expect(personFaults({ email: 'anna@example', name: 'x'.repeat(121) })).toEqual({ email: 'invalid', name: 'too_long' })
  expect(personFaults({ email: 'anna@пример.рф', name: '\u3164' })).toEqual({ name: 'missing' })
  expect(personFaults({ email: '\u212aim@a.de', name: 'Kim' })).toEqual({ email: 'invalid' })
  expect(personFaults({ email: 'a@b.cc', name: '😀'.repeat(120) })).toEqual({})
})
