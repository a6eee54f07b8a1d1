import { createHash, randomBytes } from 'node:crypto'

const shape = /^dbl_[A-Za-z0-9_-]{43}$/

/** 256 random bits behind a prefix that secret scanners can find. */
export function createLinkToken(): string {
  return `dbl_${randomBytes(32).toString('base64url')}`
}

/** Only this hash is stored. Null for a text that cannot be a token. */
export function hashLinkToken(token: string): string | null {
  return shape.test(token) ? createHash('sha256').update(token).digest('hex') : null
}
