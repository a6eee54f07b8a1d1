import { expect, test } from 'vitest'
import { isOwnOrigin } from './origin-rule.ts'

const peer = { address: '127.0.0.1', protocol: 'http', host: 'localhost:8080' } as const
const open = { publicUrl: undefined, allowedOrigins: [] }

test('[AUTH-9] without PUBLIC_URL the own origin is the scheme and host of the request', () => {
  expect(isOwnOrigin(open, peer, 'http://localhost:8080')).toBe(true)
  expect(isOwnOrigin(open, { ...peer, host: 'desk.example:80' }, 'http://desk.example')).toBe(true)
  expect(isOwnOrigin(open, { ...peer, protocol: 'https', host: 'desk.example' }, 'https://desk.example')).toBe(true)
})

test.each([
  'null',
  '',
  'http://localhost',
  'http://localhost:8081',
  'https://localhost:8080',
  'http://LOCALHOST:8080',
  'http://localhost:8080.evil.example',
  'http://evil.localhost:8080',
  'http://localhost.:8080',
  'http://localhost:8080/',
  'http://user@localhost:8080',
])('[AUTH-9] the origin %j is foreign', (origin) => {
  expect(isOwnOrigin(open, peer, origin)).toBe(false)
})

test('[AUTH-9] with PUBLIC_URL only its origin and ALLOWED_ORIGINS are own, not the host of the request', () => {
  const rule = { publicUrl: 'https://desk.example/', allowedOrigins: ['https://shop.example'] }
  expect(isOwnOrigin(rule, peer, 'https://desk.example')).toBe(true)
  expect(isOwnOrigin(rule, peer, 'https://shop.example')).toBe(true)
  expect(isOwnOrigin(rule, peer, 'http://localhost:8080')).toBe(false)
})

test('[AUTH-9] an invalid host has no own origin', () => {
  expect(isOwnOrigin(open, { ...peer, host: '' }, 'http://')).toBe(false)
  expect(isOwnOrigin(open, { ...peer, host: 'a b' }, 'http://a b')).toBe(false)
})
