import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { newClient, newOperator } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import { listAudit } from '../accounts/audit.ts'
import { createIdentityKey, deleteIdentityKey, listIdentityKeys } from './manage-identity-keys.ts'

const here = { address: '203.0.113.7' }

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => toAppError(error).code,
  )

test('[IDENT-1] a secret is shown once, and stored encrypted; only the audit log names the key, by its kid', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const admin = await newOperator(core)
  const { kid, secret = '' } = await createIdentityKey(core, admin, { alg: 'HS256', ...here })
  expect(Buffer.from(secret.slice(4), 'base64url')).toHaveLength(32)
  expect(await listIdentityKeys(core)).toEqual({ items: [{ kid, alg: 'HS256', createdAt: expect.any(String) }] })
  const { rows } = await db.pool.query('select row_to_json(k) as row from identity_keys k')
  expect(JSON.stringify(rows)).not.toContain(secret.slice(4))
  await deleteIdentityKey(core, admin, { kid, ...here })
  expect(await code(deleteIdentityKey(core, admin, { kid, ...here }))).toBe('not_found')
  expect(await listIdentityKeys(core)).toEqual({ items: [] })
  const { items } = await listAudit(core, admin, { limit: 10 })
  expect(items.map(({ action, target }) => [action, target])).toEqual([
    ['identityKeys.delete', kid],
    ['identityKeys.create', kid],
  ])
  expect(JSON.stringify(items)).not.toContain(secret.slice(4))
})

test('[IDENT-2] of ten keys at once two are made, and a deleted one makes room', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const admin = await newOperator(core)
  const create = () => code(createIdentityKey(core, admin, { alg: 'HS256', ...here }))
  const codes = await Promise.all(Array.from({ length: 10 }, create))
  expect(codes.sort()).toEqual([...Array(2).fill('ok'), ...Array(8).fill('too_many_keys')])
  const { items } = await listIdentityKeys(core)
  expect(items).toHaveLength(2)
  await deleteIdentityKey(core, admin, { kid: items[0]?.kid ?? '', ...here })
  expect([await create(), await create()]).toEqual(['ok', 'too_many_keys'])
})

test('[IDENT-1] only admins make and delete identity keys', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const admin = await newOperator(core)
  for (const other of [{ ...admin, access: 'operator' } as const, await newClient(core)]) {
    expect(await code(createIdentityKey(core, other, { alg: 'HS256', ...here }))).toBe('forbidden')
    expect(await code(deleteIdentityKey(core, other, { kid: 'k', ...here }))).toBe('forbidden')
  }
  expect(await listIdentityKeys(core)).toEqual({ items: [] })
})

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = spki(p256.publicKey)
const jwk = { ...p256.publicKey.export({ format: 'jwk' }) }

test.each([
  ['SPKI PEM', pem],
  ['SPKI PEM without a last line end', pem.trim()],
  ['a JWK', jwk],
  ['the JSON of a JWK', JSON.stringify(jwk)],
  ['a JWK with other members', { ...jwk, kid: 'own', use: 'sig', alg: 'ES256', key_ops: ['verify'], ext: true }],
])('[IDENT-3] a public key is taken as %s, and stored as a plain JWK', async (_form, publicKey) => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const admin = await newOperator(core)
  const created = await createIdentityKey(core, admin, { alg: 'ES256', publicKey, ...here })
  expect(Object.keys(created)).toEqual(['kid'])
  const { rows } = await db.pool.query<{ public_key: unknown }>('select public_key, secret from identity_keys')
  expect(rows).toEqual([{ public_key: jwk, secret: null }])
})

const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed = generateKeyPairSync('ed25519')

test('[IDENT-3] no private key, no other curve or type, and nothing else is a public key', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const admin = await newOperator(core)
  const refused: [string, string | Record<string, unknown> | undefined][] = [
    ['nothing', undefined],
    ['a text', 'hush'],
    ['an empty object', {}],
    ['no JSON', '{'],
    ['a private key as PEM', p256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a private key as SEC1', p256.privateKey.export({ type: 'sec1', format: 'pem' }).toString()],
    ['a private JWK', { ...p256.privateKey.export({ format: 'jwk' }) }],
    ['the JSON of a private JWK', JSON.stringify(p256.privateKey.export({ format: 'jwk' }))],
    ['P-384 as PEM', spki(p384.publicKey)],
    ['P-384 as a JWK', { ...p384.publicKey.export({ format: 'jwk' }) }],
    ['secp256k1', spki(k256.publicKey)],
    ['RSA as PEM', spki(rsa.publicKey)],
    ['RSA as a JWK', { ...rsa.publicKey.export({ format: 'jwk' }) }],
    ['Ed25519', spki(ed.publicKey)],
    ['a secret', { kty: 'oct', k: 'aHVzaA' }],
    ['a point off the curve', { ...jwk, y: jwk.x }],
    ['a cut coordinate', { ...jwk, x: jwk.x?.slice(0, 20) }],
    ['two keys', `${pem}${pem}`],
    ['a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
  ]
  for (const [what, publicKey] of refused) {
    const input = { alg: 'ES256' as const, ...(publicKey !== undefined && { publicKey }), ...here }
    expect(await code(createIdentityKey(core, admin, input)), what).toBe('invalid_input')
  }
  expect(await code(createIdentityKey(core, admin, { alg: 'HS256', publicKey: jwk, ...here }))).toBe('invalid_input')
  expect(await listIdentityKeys(core)).toEqual({ items: [] })
})
