import { generateKeyPairSync } from 'node:crypto'
import type { CreateIdentityKeyInput, CreateIdentityKeyOutput } from '@deskbell/contract/access/identity'
import { type CryptoKey, type JWTPayload, type KeyObject, SignJWT } from 'jose'

/** Undefined leaves a claim out. */
export type Claims = { [Name in keyof JWTPayload]: unknown }

/** A server of the own site, which signs who its clients are. */
export type IdentitySite = {
  readonly kid: string
  readonly key: CryptoKey | KeyObject | Uint8Array
  /** Signs an identity of this audience for ten minutes. `change` replaces claims; undefined leaves one out. */
  sign(subject: string, change?: Claims): Promise<string>
}

type CreateKey = (input: CreateIdentityKeyInput) => Promise<CreateIdentityKeyOutput>

/** Makes an identity key by `createKey`, and the site that has it. `now`: the time of the site. */
export async function newSite(
  createKey: CreateKey,
  { alg = 'HS256', audience, now = () => new Date() }: { alg?: 'HS256' | 'ES256'; audience: string; now?: () => Date },
): Promise<IdentitySite> {
  const pair = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : null
  const publicKey = pair?.publicKey.export({ format: 'jwk' })
  const { kid, secret = '' } = await createKey({ alg, ...(publicKey && { publicKey: { ...publicKey } }) })
  const key = pair?.privateKey ?? new TextEncoder().encode(secret)
  return {
    kid,
    key,
    sign(subject, change = {}) {
      const iat = Math.floor(now().getTime() / 1_000)
      const claims: JWTPayload = { sub: subject, aud: audience, iat, exp: iat + 600, ...(change as JWTPayload) }
      return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key)
    },
  }
}
