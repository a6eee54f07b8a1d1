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

test('[AUTH-31] secure mode serves the host of PUBLIC_URL', () => {
  expect(isOwnHost({ ...rule, authMode: 'secure' }, 'desk.example')).toBe(true)
})

test('[HTTP-45] secure mode serves the host of CONSOLE_URL', () => {
  const both = { ...rule, authMode: 'secure', consoleUrl: 'https://console.example' } as const
  expect(isOwnHost(both, 'console.example')).toBe(true)
  expect(isOwnHost(both, 'x.console.example')).toBe(false)
})

test.each(['', 'evil.example', 'desk.example.evil.example', 'localhost', '127.0.0.1:8080'])(
  '[AUTH-31] secure mode refuses the host %j',
  (host) => expect(isOwnHost({ ...rule, authMode: 'secure' }, host)).toBe(false),
)
