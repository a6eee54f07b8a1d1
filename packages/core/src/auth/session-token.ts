import { createHash, randomBytes } from 'node:crypto'

const prefix = 'dbs_'
const shape = /^dbs_[A-Za-z0-9_-]{43}$/

/** 256 random bits behind a prefix that secret scanners can find. */
export function createSessionToken(): string {
  return prefix + randomBytes(32).toString('base64url')
}

/** Saves a database query for text that cannot be a token. */
export function looksLikeSessionToken(token: string): boolean {
  return shape.test(token)
}

/** Only this hash is stored. The token is random enough that a plain hash cannot be reversed. */
export function hashSessionToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
