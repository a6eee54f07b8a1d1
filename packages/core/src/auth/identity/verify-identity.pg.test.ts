import { generateKeyPairSync } from 'node:crypto'
import { newOperator } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { type Claims, type IdentitySite, newSite } from '@deskbell/testkit/identities'
import fc from 'fast-check'
import { CompactSign, type JWSHeaderParameters, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import type { Core } from '../../context.ts'
import { identify } from './identify.ts'
import { createIdentityKey } from './manage-identity-keys.ts'
import { verifyIdentity } from './verify-identity.ts'

const audience = 'chat.example.test'
const nowMs = Date.parse('2026-11-29T12:00:00.000Z')
const now = nowMs / 1_000

let fresh: FreshCore
let core: Core
let shared: IdentitySite
let pair: IdentitySite
beforeAll(async () => {
  fresh = await freshCore({ clock: { now: () => new Date(nowMs) } })
  core = fresh.core
  const admin = await newOperator(core)
  const create = (input: Parameters<typeof createIdentityKey>[2]) => createIdentityKey(core, admin, input)
  const site = { audience, now: () => new Date(nowMs) }
  shared = await newSite((input) => create({ ...input, address: '' }), { ...site, alg: 'HS256' })
  pair = await newSite((input) => create({ ...input, address: '' }), { ...site, alg: 'ES256' })
})
afterAll(() => fresh.drop())

const verify = (identity: string) => verifyIdentity(core, { identity, audience })
const valid = { sub: '42', aud: audience, iat: now, exp: now + 600 }
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** The claims as they stand, signed with the shared key. */
function signText(payload: string | Uint8Array, header: Partial<JWSHeaderParameters> = {}): Promise<string> {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  return new CompactSign(bytes).setProtectedHeader({ alg: 'HS256', kid: shared.kid, ...header }).sign(shared.key)
}

const signed = (change: Claims) => shared.sign('42', change)

/** Puts another header before a token, whose signature then is for other bytes. */
function withHeader(identity: string, header: object | string): string {
  const text = typeof header === 'string' ? header : JSON.stringify(header)
  return [Buffer.from(text).toString('base64url'), ...identity.split('.').slice(1)].join('.')
}

/** A header of any text with a right signature, which jose does not make. */
async function signedHeader(header: string): Promise<string> {
  const { createHmac } = await import('node:crypto')
  const start = [header, JSON.stringify(valid)].map((part) => Buffer.from(part).toString('base64url')).join('.')
  return `${start}.${createHmac('sha256', shared.key as Uint8Array)
    .update(start)
    .digest('base64url')}`
}

const accepted: [string, () => Promise<string>][] = [
  ['by a secret', () => shared.sign('42')],
  ['by a key pair', () => pair.sign('42')],
  ['a sub of 255 characters', () => shared.sign('🙂'.repeat(255))],
  ['an iat 60 s ahead', () => signed({ iat: now + 60 })],
  ['an hour', () => signed({ exp: now + 3_600 })],
  ['made 59 minutes ago', () => signed({ iat: now - 3_540, exp: now + 60 })],
  ['nbf in the past', () => signed({ nbf: now - 1 })],
  ['nbf 60 s ahead', () => signed({ nbf: now + 60 })],
  ['typ in small letters', () => signText(JSON.stringify(valid), { typ: 'jwt' })],
  ['a name twice in different objects', () => signText(JSON.stringify({ ...valid, a: { sub: 1 }, b: [{ sub: 2 }] }))],
]

test.each(accepted)('[IDENT-4] an identity is accepted: %s', async (_what, make) => {
  expect(await verify(await make())).toMatchObject({ subject: expect.any(String), email: null, name: null })
})

const forged: [string, () => Promise<string> | string][] = [
  ['nothing', () => ''],
  ['dots', () => '..'],
  ['a word', () => 'identity'],
  ['without a signature', async () => (await shared.sign('42')).replace(/[^.]*$/, '')],
  ['without the last dot', async () => (await shared.sign('42')).replace(/\.[^.]*$/, '')],
  ['a signature of zeros', async () => (await shared.sign('42')).replace(/[^.]*$/, 'A'.repeat(43))],
  ['a cut signature', async () => (await shared.sign('42')).slice(0, -1)],
  ['a longer signature', async () => `${await shared.sign('42')}AA`],
  ['a space behind it', async () => `${await shared.sign('42')} `],
  ['padding', async () => `${await shared.sign('42')}=`],
  ['five parts', async () => `${await shared.sign('42')}.a.b`],
  ['too long', () => signed({ more: 'x'.repeat(8_192) })],
  ['alg none', () => new UnsecuredJWT(valid).encode()],
  ['alg none with a kid', async () => withHeader(await shared.sign('42'), { alg: 'none', kid: shared.kid })],
  ['alg None with a kid', async () => withHeader(await shared.sign('42'), { alg: 'None', kid: shared.kid })],
  [
    'HS256 with the public key as secret',
    async () => {
      const { x } = (pair.key as typeof other.privateKey).export({ format: 'jwk' })
      const secret = new TextEncoder().encode(x)
      return new SignJWT(valid).setProtectedHeader({ alg: 'HS256', kid: pair.kid }).sign(secret)
    },
  ],
  [
    'ES256 with the kid of the secret',
    () => new SignJWT(valid).setProtectedHeader({ alg: 'ES256', kid: shared.kid }).sign(other.privateKey),
  ],
  [
    'HS512 by the same secret',
    () => new SignJWT(valid).setProtectedHeader({ alg: 'HS512', kid: shared.kid }).sign(new Uint8Array(64)),
  ],
  ['RS256', () => new SignJWT(valid).setProtectedHeader({ alg: 'RS256', kid: pair.kid }).sign(rsa.privateKey)],
  [
    'another key pair',
    () => new SignJWT(valid).setProtectedHeader({ alg: 'ES256', kid: pair.kid }).sign(other.privateKey),
  ],
  [
    'another secret',
    () => new SignJWT(valid).setProtectedHeader({ alg: 'HS256', kid: shared.kid }).sign(new Uint8Array(32)),
  ],
  ['no kid', () => signText(JSON.stringify(valid), { kid: undefined as unknown as string })],
  ['an unknown kid', () => signText(JSON.stringify(valid), { kid: 'unknown' })],
  ['the kid of the other key', () => signText(JSON.stringify(valid), { kid: pair.kid })],
  ['a path for a kid', () => signText(JSON.stringify(valid), { kid: '../../dev/null' })],
  ['SQL for a kid', () => signText(JSON.stringify(valid), { kid: `x' or '1'='1` })],
  ['NUL in a kid', () => signText(JSON.stringify(valid), { kid: '\u0000' })],
  ['a number for a kid', () => signText(JSON.stringify(valid), { kid: 1 as unknown as string })],
  ['a list for a kid', () => signText(JSON.stringify(valid), { kid: [shared.kid] as unknown as string })],
  ['jku', () => signText(JSON.stringify(valid), { jku: 'https://evil.example/keys' })],
  ['x5u', () => signText(JSON.stringify(valid), { x5u: 'https://evil.example/cert' })],
  ['jwk', () => signText(JSON.stringify(valid), { jwk: { ...other.publicKey.export({ format: 'jwk' }), kty: 'EC' } })],
  [
    'jwk and its own signature',
    () =>
      new SignJWT(valid)
        .setProtectedHeader({
          alg: 'ES256',
          kid: pair.kid,
          jwk: { ...other.publicKey.export({ format: 'jwk' }), kty: 'EC' },
        })
        .sign(other.privateKey),
  ],
  [
    'crit of something unknown',
    () => signedHeader(JSON.stringify({ alg: 'HS256', kid: shared.kid, crit: ['exp'], exp: 1 })),
  ],
  ['crit of nothing', () => signedHeader(JSON.stringify({ alg: 'HS256', kid: shared.kid, crit: [] }))],
  ['b64 false', () => signedHeader(JSON.stringify({ alg: 'HS256', kid: shared.kid, b64: false }))],
  ['typ of something else', () => signText(JSON.stringify(valid), { typ: 'at+jwt' })],
  ['alg twice in the header', () => signedHeader(`{"alg":"none","alg":"HS256","kid":"${shared.kid}"}`)],
  ['kid twice in the header', () => signedHeader(`{"alg":"HS256","kid":"x","kid":"${shared.kid}"}`)],
  ['a list for a header', () => signedHeader('[]')],
  ['null for a header', () => signedHeader('null')],
  ['no JSON for a header', () => signedHeader('{')],
  ['sub twice', () => signText(`{"sub":"1",${JSON.stringify(valid).slice(1)}`)],
  ['sub twice, once escaped', () => signText(`{"s\\u0075b":"1",${JSON.stringify(valid).slice(1)}`)],
  ['a name twice in a list of objects', () => signText(`{"a":[{"b":1,"b":2}],${JSON.stringify(valid).slice(1)}`)],
  ['no JSON', () => signText('{')],
  ['a list', () => signText('[]')],
  ['null', () => signText('null')],
  ['a text', () => signText('"sub"')],
  ['no UTF-8', () => signText(Uint8Array.of(0x7b, 0xff, 0x7d))],
  ['no sub', () => signed({ sub: undefined })],
  ['an empty sub', () => signed({ sub: '' })],
  ['a sub of 256 characters', () => signed({ sub: 's'.repeat(256) })],
  ['NUL in sub', () => signed({ sub: 'a\u0000' })],
  ['half a character in sub', () => signed({ sub: '\ud800' })],
  ['a number for sub', () => signText(JSON.stringify({ ...valid, sub: 42 }))],
  ['no aud', () => signed({ aud: undefined })],
  ['another aud', () => signed({ aud: 'other.example.test' })],
  ['aud in capitals', () => signed({ aud: audience.toUpperCase() })],
  ['aud with a scheme', () => signed({ aud: `https://${audience}` })],
  ['aud with a port', () => signed({ aud: `${audience}:443` })],
  ['several aud', () => signed({ aud: [audience, 'other.example.test'] })],
  ['no iat', () => signed({ iat: undefined })],
  ['iat 61 s ahead', () => signed({ iat: now + 61 })],
  ['a text for iat', () => signText(JSON.stringify({ ...valid, iat: String(now) }))],
  ['no exp', () => signed({ exp: undefined })],
  ['expired', () => signed({ iat: now - 600, exp: now - 1 })],
  ['expired just now', () => signed({ iat: now - 600, exp: now })],
  ['more than an hour', () => signed({ exp: now + 3_601 })],
  ['an hour after a later iat', () => signed({ iat: now - 1, exp: now + 3_600 })],
  ['a year', () => signed({ exp: now + 31_536_000 })],
  ['exp beyond all numbers', () => signText(JSON.stringify(valid).replace(/"exp":\d+/, '"exp":1e999'))],
  ['iat and exp beyond all years', () => signText(JSON.stringify({ ...valid, iat: 1e15, exp: 1e15 }))],
  ['a negative exp', () => signed({ exp: -1 })],
  ['null for exp', () => signText(JSON.stringify({ ...valid, exp: null }))],
  ['nbf 61 s ahead', () => signed({ nbf: now + 61 })],
  ['a text for nbf', () => signText(JSON.stringify({ ...valid, nbf: 'now' }))],
  ['a number for email', () => signed({ email: 5 })],
  ['null for email', () => signed({ email: null })],
  ['two addresses', () => signed({ email: 'ada@example.test, eve@example.test' })],
  ['no address', () => signed({ email: 'ada' })],
  ['claims behind a byte order mark', () => signText(`\ufeff${JSON.stringify(valid)}`)],
  ['an empty name', () => signed({ name: ' ' })],
  ['a name of 121 characters', () => signed({ name: 'n'.repeat(121) })],
  ['the name of the product', () => signed({ name: 'Deskbell' })],
  ['a turned name', () => signed({ name: 'Ada\u202e' })],
  ['an object for a name', () => signed({ name: { $ne: null } })],
]

test.each(forged)('[IDENT-5] N02 N04: an identity is refused: %s', async (_what, make) => {
  const before = await counts()
  const refusal = await identify(core, null, { identity: await make(), audience }).then(
    () => null,
    (error: unknown) => toAppError(error),
  )
  expect({ code: refusal?.code, detail: refusal?.detail }).toEqual({
    code: 'invalid_credentials',
    detail: 'The identity is not valid.',
  })
  expect(await counts()).toEqual(before)
})

test('[IDENT-5] a signature in another spelling of the same bytes is refused', async () => {
  const identity = await shared.sign('42')
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = digits.indexOf(identity.at(-1) ?? '')
  const others = [1, 2, 3].map((bits) => identity.slice(0, -1) + digits.charAt(last ^ bits))
  for (const other of others) {
    expect(Buffer.from(other.split('.')[2] ?? '', 'base64url')).toEqual(
      Buffer.from(identity.split('.')[2] ?? '', 'base64url'),
    )
    expect(toAppError(await verify(other).catch((cause: unknown) => cause)).code).toBe('invalid_credentials')
  }
})

test('[IDENT-5] whatever is sent is refused as such, and never fails', async () => {
  const good = await shared.sign('42')
  const [head = '', body = '', end = ''] = good.split('.')
  const part = fc.oneof(
    fc.constantFrom(head, body, end, ''),
    fc.base64String().map((text) => text.replaceAll('=', '')),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc
      .record({
        alg: fc.constantFrom('HS256', 'ES256', 'none', ''),
        kid: fc.oneof(fc.constant(shared.kid), fc.string()),
      })
      .map((header) => Buffer.from(JSON.stringify(header)).toString('base64url')),
  )
  const token = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 4 }).map((parts) => parts.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(token, async (identity) => {
      fc.pre(identity !== good)
      const error = await verify(identity).catch((cause: unknown) => cause)
      expect(toAppError(error)).toMatchObject({ code: 'invalid_credentials', detail: 'The identity is not valid.' })
    }),
    { numRuns: 400 },
  )
})

test('[IDENT-5] whatever is signed is accepted with fit claims, or refused as such', async () => {
  const claim = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(valid)))
  const claims = fc.dictionary(fc.constantFrom('sub', 'aud', 'iat', 'exp', 'nbf', 'email', 'name'), claim)
  await fc.assert(
    fc.asyncProperty(claims, async (change) => {
      const identity = await signText(JSON.stringify({ ...valid, ...change }))
      const result = await verify(identity).catch((cause: unknown) => toAppError(cause).code)
      if (typeof result === 'string') expect(result).toBe('invalid_credentials')
      else expect(result.endsAt.getTime()).toBeLessThanOrEqual(nowMs + 3_660_000)
    }),
    { numRuns: 400 },
  )
})

async function counts(): Promise<unknown> {
  const { rows } = await fresh.db.pool.query(`select (select count(*) from users) as users,
    (select count(*) from sessions) as sessions, (select count(*) from audit) as audit`)
  return rows
}
