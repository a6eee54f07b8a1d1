import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import type { IdentityAlg } from '@deskbell/contract/access/identity'
import { AppError } from '@deskbell/contract/errors'
import {
  avatarUrlCharsMax,
  identityCharsMax,
  identityClockMs,
  identityMsMax,
  subjectCharsMax,
} from '@deskbell/contract/limits'
import { emailSchema, nameSchema, stringSchema } from '@deskbell/contract/text'
import { findIdentityKey, type IdentityKeyRow } from '@deskbell/db/queries/users/identity-keys'
import { secretPlaces } from '@deskbell/db/queries/users/secrets'
import { compactVerify } from 'jose'
import type { Core } from '../../context.ts'
import type { SecretBox } from '../../secrets/secret-box.ts'
import { parseOnce } from './parse-once.ts'

/** Who a client is, as the own site says. */
export type Identity = {
  /** The same for ever. */
  subject: string
  email: string | null
  name: string | null
  /** Where the picture is. Null: it has none any more. Undefined: the site says nothing about it. */
  avatarUrl: string | null | undefined
  /** The end of the token, and of the session that it begins. */
  endsAt: Date
}

const tokenForm = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/
const kidForm = /^[A-Za-z0-9_-]{1,64}$/
/** Others could change what the token says (`b64`, `zip`, `crit`), or with what it is verified (`jwk`, `jku`, `x5u`). */
const headerFields = new Set(['alg', 'kid', 'typ'])
const subjectSchema = stringSchema(1, subjectCharsMax)

/**
 * Verifies an identity token (JWT, RFC 7519) by the key that its header names. `audience`: this server. Throws
 * `invalid_credentials` for whatever is wrong with it, with the reason for the log only.
 */
export async function verifyIdentity(
  core: Core,
  { identity, audience }: { identity: string; audience: string },
): Promise<Identity> {
  if (identity.length > identityCharsMax) throw refused('too long')
  const [, head, body, signature] = tokenForm.exec(identity) ?? []
  if (head === undefined || body === undefined || signature === undefined) throw refused('no JWT')
  if (![head, body, signature].every(isOneSpelling)) throw refused('base64url with bits that say nothing')
  const header = parsePart(head, 'header')
  const key = await keyOf(core, header)
  await verifySignature(identity, key)
  return readClaims(parsePart(body, 'payload'), { audience, nowMs: core.clock.now().getTime() })
}

type Claims = Readonly<Record<string, unknown>>
type Key = { alg: IdentityAlg; key: KeyObject }

/** `alg` is that of the key, never one that the token chooses. */
async function keyOf({ db, secrets }: Core, header: Claims): Promise<Key> {
  const { alg, kid, typ } = header
  const foreign = Object.keys(header).find((name) => !headerFields.has(name))
  if (foreign !== undefined) throw refused('a header field that is not accepted')
  if (typ !== undefined && (typeof typ !== 'string' || typ.toUpperCase() !== 'JWT')) throw refused('typ is not JWT')
  if (typeof kid !== 'string' || !kidForm.test(kid)) throw refused('no kid')
  const row = await findIdentityKey(db, kid)
  if (row === undefined) throw refused('an unknown kid')
  if (alg !== row.alg) throw refused('alg is not that of the key')
  return { alg: row.alg, key: importKey(row, secrets) }
}

function importKey({ kid, secret, publicKey }: IdentityKeyRow, secrets: SecretBox): KeyObject {
  if (secret !== null) return createSecretKey(secrets.open(secret, secretPlaces.identityKey(kid)), 'utf8')
  return createPublicKey({ key: publicKey ?? {}, format: 'jwk' })
}

async function verifySignature(identity: string, { alg, key }: Key): Promise<void> {
  try {
    await compactVerify(identity, key, { algorithms: [alg] })
  } catch (cause) {
    throw refused('the signature', cause)
  }
}

function readClaims(claims: Claims, { audience, nowMs }: { audience: string; nowMs: number }): Identity {
  if (claims['aud'] !== audience) throw refused('aud is not this server')
  const madeAt = timeOf(claims, 'iat') ?? refuse('no iat')
  const endsAt = timeOf(claims, 'exp') ?? refuse('no exp')
  const startsAt = timeOf(claims, 'nbf') ?? madeAt
  if (Math.max(madeAt, startsAt) > nowMs + identityClockMs) throw refused('not valid yet')
  if (endsAt <= nowMs) throw refused('expired')
  if (endsAt > madeAt + identityMsMax) throw refused('valid for too long')
  const subject = subjectSchema.safeParse(claims['sub'])
  if (!subject.success) throw refused('no sub')
  const [email, name, avatarUrl] = [emailOf(claims), nameOf(claims), avatarUrlOf(claims)]
  return { subject: subject.data, email, name, avatarUrl, endsAt: new Date(endsAt) }
}

/** An address that the site itself has not verified proves nothing. */
function emailOf({ email, email_verified: isVerified = true }: Claims): string | null {
  if (email === undefined || isVerified !== true) return null
  return emailSchema.safeParse(email).data ?? refuse('email is no address')
}

function nameOf({ name }: Claims): string | null {
  return name === undefined ? null : (nameSchema.safeParse(name).data ?? refuse('name is no name'))
}

/**
 * One that is no URL is as if it were not there: nobody is kept out for a picture, and sites may have sent any before it
 * meant something.
 */
function avatarUrlOf({ avatarUrl }: Claims): string | null | undefined {
  if (avatarUrl === null) return null
  const isUrl = typeof avatarUrl === 'string' && avatarUrl.length <= avatarUrlCharsMax && URL.canParse(avatarUrl)
  return isUrl ? avatarUrl : undefined
}

/** A claim in seconds as milliseconds; null without it. */
function timeOf(claims: Claims, name: 'iat' | 'exp' | 'nbf'): number | null {
  const value = claims[name]
  if (value === undefined) return null
  if (typeof value !== 'number' || value < 0 || value > secondsMax) throw refused(`${name} is no time`)
  return value * 1_000
}

/** The year 9999. */
const secondsMax = 253_402_300_799

function parsePart(part: string, name: string): Claims {
  try {
    const bytes = Buffer.from(part, 'base64url')
    return parseOnce(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (cause) {
    throw refused(`the ${name}`, cause)
  }
}

/** The last character may have bits that no byte needs (RFC 4648, 3.5): then several texts would be one token. */
function isOneSpelling(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}

function refuse(reason: string): never {
  throw refused(reason)
}

function refused(reason: string, cause?: unknown): AppError {
  const detail = 'The identity is not valid.'
  return new AppError('invalid_credentials', { detail, internal: `the identity was refused: ${reason}`, cause })
}
