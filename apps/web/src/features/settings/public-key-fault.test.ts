import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { publicKeyFault } from './public-key-fault.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: typeof publicKey, type: 'spki' | 'pkcs8' | 'sec1') => String(key.export({ format: 'pem', type }))
const jwk = (key: typeof publicKey) => JSON.stringify(key.export({ format: 'jwk' }))

test.each([
  ['PKCS#8', pem(privateKey, 'pkcs8')],
  ['SEC 1', pem(privateKey, 'sec1')],
  ['a JWK', jwk(privateKey)],
  ['a JWK over lines', JSON.stringify(JSON.parse(jwk(privateKey)), null, 2)],
  ['a symmetric JWK', JSON.stringify({ kty: 'oct', k: 'AAAA' })],
  ['both', `${pem(publicKey, 'spki')}\n${pem(privateKey, 'pkcs8')}`],
])('[WEB-120] a private key that was pasted is not sent: %s', (_, pasted) => {
  expect(publicKeyFault(pasted.trim())).toBe('private')
})

test('[WEB-120] a public key is sent as PEM and as a JWK, and what is neither is not', () => {
  expect(publicKeyFault(pem(publicKey, 'spki').trim())).toBeNull()
  expect(publicKeyFault(jwk(publicKey))).toBeNull()
  expect(publicKeyFault('')).toBe('missing')
  for (const pasted of ['ssh-rsa AAAA', '{', '-----BEGIN CERTIFICATE-----'])
    expect(publicKeyFault(pasted)).toBe('unknown')
})
