import { newPasswordSchema } from '@deskbell/contract/access/accounts'
import { expect, test } from 'vitest'
import { passwordCharsMax, passwordCharsMin, passwordFault } from './password-rules.ts'

test.each([
  '',
  'x'.repeat(passwordCharsMin - 1),
  'x'.repeat(passwordCharsMin),
  '🙂'.repeat(passwordCharsMin - 1),
  '🙂'.repeat(passwordCharsMin),
  'x'.repeat(passwordCharsMax),
  'x'.repeat(passwordCharsMax + 1),
])('[WEB-103] the page accepts the length of a password as the server does: %j', (password) => {
  expect(passwordFault(password) === undefined).toBe(newPasswordSchema.safeParse(password).success)
})
