import { createHash, randomBytes } from 'node:crypto'

const shape = /^[A-Za-z0-9_-]{43}$/

/** 256 random bits, which one browser has in a cookie. */
export function createOidcToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Only this hash is stored. Null for a text that cannot be a token. */
export function hashOidcToken(token: string): string | null {
  return shape.test(token) ? createHash('sha256').update(token).digest('hex') : null
}
