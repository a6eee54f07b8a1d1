import { describe, expect, test } from 'vitest'
import { createOidc } from '../create-oidc.ts'
import { parseConfig } from './config.ts'
import { refusal } from './testing/refusal.ts'

const secure = { AUTH_MODE: 'secure', PUBLIC_URL: 'https://chat.example.com' }
const oidc = {
  OIDC_ISSUER: 'https://id.example.com/realms/desk',
  OIDC_CLIENT_ID: 'deskbell',
  OIDC_CLIENT_SECRET: 'a-secret-of-24-characters',
  OIDC_ALLOWED: '@Example.com, ann@example.org',
}

test('[OIDC-11] all four settings together, with AUTH_MODE=secure, let operators sign in there', () => {
  expect(parseConfig(secure)).toMatchObject({ oidc: null, passwordsOff: false })
  const config = parseConfig({ ...secure, ...oidc })
  expect(config.oidc).toEqual({
    issuer: oidc.OIDC_ISSUER,
    clientId: 'deskbell',
    clientSecret: oidc.OIDC_CLIENT_SECRET,
    allowed: ['@Example.com', 'ann@example.org'],
    name: 'id.example.com',
  })
  expect(parseConfig({ ...secure, ...oidc, OIDC_NAME: 'Example SSO' }).oidc?.name).toBe('Example SSO')
  const made = createOidc(config)
  expect(made?.provider.issuer).toBe(oidc.OIDC_ISSUER)
  expect(['bob@example.com', 'ann@example.org', 'eve@example.org'].map((each) => made?.allowed.has(each))).toEqual([
    true,
    true,
    false,
  ])
})

describe.each(Object.keys(oidc))('[OIDC-11] without %s', (name) => {
  test.each(['', ' , '])('the start is refused in one line that names it (%j)', (empty) => {
    if (empty !== '' && name !== 'OIDC_ALLOWED') return
    const line = refusal({ ...secure, ...oidc, [name]: empty })
    expect(line).toBe(`signing in by OpenID Connect needs more settings: set ${name}`)
  })
})

test('[OIDC-11] OIDC_NAME alone, AUTH_MODE=open, and PASSWORDS=off alone are refused', () => {
  expect(refusal({ ...secure, OIDC_NAME: 'SSO' })).toContain('set OIDC_ISSUER, OIDC_CLIENT_ID')
  expect(refusal(oidc)).toBe('OIDC_ISSUER needs AUTH_MODE=secure: with AUTH_MODE=open anybody signs in as anybody')
  expect(refusal({ ...secure, PASSWORDS: 'off' })).toBe('PASSWORDS=off needs another way to sign in: set OIDC_ISSUER')
  expect(refusal({ PASSWORDS: 'off' })).toContain('PASSWORDS=off')
  expect(parseConfig({ ...secure, ...oidc, PASSWORDS: 'off' }).passwordsOff).toBe(true)
})

test('[OIDC-11] a short secret is refused, and no line has it', () => {
  for (const OIDC_CLIENT_SECRET of ['changeme', 'secret', 'fifteen-letters']) {
    const line = refusal({ ...secure, ...oidc, OIDC_CLIENT_SECRET })
    expect(line).toBe('OIDC_CLIENT_SECRET must have at least 16 characters')
  }
})

test.each([
  'http://id.example.com',
  'ftp://id.example.com',
  'id.example.com',
  'https://user:password@id.example.com',
  'https://id.example.com/?tenant=1',
  'http://localhost.example.com',
])('[OIDC-12] OIDC_ISSUER=%s is refused', (OIDC_ISSUER) => {
  const line = refusal({ ...secure, ...oidc, OIDC_ISSUER })
  expect(line).toMatch(/^OIDC_ISSUER must be /)
  expect(line).not.toContain('password')
})

test('[OIDC-12] an issuer of this machine may be http', () => {
  expect(parseConfig({ ...secure, ...oidc, OIDC_ISSUER: 'http://localhost:9' }).oidc?.issuer).toBe('http://localhost:9')
})

test.each(['example.com', '@', '@localhost', 'bob@', '*', '@*.example.com', 'bob@example.com;eve@example.com'])(
  '[OIDC-11] OIDC_ALLOWED=%s is refused',
  (entry) => {
    const line = refusal({ ...secure, ...oidc, OIDC_ALLOWED: `ann@example.com,${entry}` })
    expect(line).toMatch(/^OIDC_ALLOWED must be a list of addresses/)
  },
)
