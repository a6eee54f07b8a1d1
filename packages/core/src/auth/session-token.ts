import { createHash, randomBytes } from 'node:crypto'

const shape = /^db[sk]_[A-Za-z0-9_-]{43}$/

/** 256 random bits behind a prefix that secret scanners can find. */
export function createSessionToken(): string {
  return `dbs_${randomSecret()}`
}

/** The same for a key of a program. */
export function createKeySecret(): string {
  return `dbk_${randomSecret()}`
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Saves a database query for text that cannot be a token. */
export function looksLikeSessionToken(token: string): boolean {
  return shape.test(token)
}

/** Only this hash is stored. The token is random enough that a plain hash cannot be reversed. */
export function hashSessionToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
