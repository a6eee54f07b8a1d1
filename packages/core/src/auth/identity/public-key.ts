import { createPublicKey, type KeyObject } from 'node:crypto'

const pemForm = /^-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----$/

/**
 * The public key of ES256 as a JWK with `kty`, `crv`, `x` and `y` only. `given`: SPKI PEM (RFC 7468), or a JWK (RFC
 * 7517), which may be its JSON. Null for a private key, for another curve or type, and for a point off the curve.
 */
export function parsePublicKey(given: string | Record<string, unknown>): Record<string, string> | null {
  const key = importKey(given)
  if (key?.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return null
  const { kty, crv, x, y } = key.export({ format: 'jwk' })
  return kty === 'EC' && crv === 'P-256' && x !== undefined && y !== undefined ? { kty, crv, x, y } : null
}

function importKey(given: string | Record<string, unknown>): KeyObject | null {
  try {
    const form = typeof given === 'string' ? given.trim() : given
    if (typeof form !== 'string') return importJwk(form)
    if (form.startsWith('{')) return importJwk(JSON.parse(form) as Record<string, unknown>)
    // OpenSSL would take the public half of a private key, and that of a certificate.
    return pemForm.test(form) ? createPublicKey(form) : null
  } catch {
    return null
  }
}

function importJwk({ kty, crv, x, y, d }: Record<string, unknown>): KeyObject | null {
  if (d !== undefined || kty !== 'EC' || crv !== 'P-256') return null
  if (typeof x !== 'string' || typeof y !== 'string') return null
  return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
}
