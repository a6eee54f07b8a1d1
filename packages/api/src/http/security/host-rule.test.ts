import { expect, test } from 'vitest'
import { isOwnHost } from './host-rule.ts'

const rule = { authMode: 'open', publicUrl: 'http://desk.example:8080', allowedHosts: ['api'] } as const

test.each([
  'localhost',
  'localhost:8080',
  'LOCALHOST:1',
  '127.0.0.1:9000',
  '[::1]:8080',
  '[::1]',
  'desk.example',
  'api:9000',
])('[AUTH-10] open mode serves the host %j', (host) => expect(isOwnHost(rule, host)).toBe(true))

test.each([
  '',
  'evil.example',
  'localhost.evil.example',
  'localhost.',
  'evil@localhost',
  'localhost:8080:1',
  '127.0.0.1.nip.io',
  'localhost, evil',
  '[::2]',
])('[AUTH-10] open mode refuses the host %j', (host) => expect(isOwnHost(rule, host)).toBe(false))

test('[AUTH-10] secure mode serves every host', () => {
  expect(isOwnHost({ ...rule, authMode: 'secure' }, 'anything.example')).toBe(true)
})
