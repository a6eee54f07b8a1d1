/**
 * Returns what the page itself finds wrong with a public key that was pasted, as PEM or as the JSON of a JWK. A private
 * key must not leave the browser. Whether it is a key on P-256 only the server knows.
 */
export function publicKeyFault(pasted: string): 'missing' | 'private' | 'unknown' | null {
  if (pasted === '') return 'missing'
  if (/PRIVATE KEY/.test(pasted)) return 'private'
  if (!pasted.startsWith('{')) return pasted.startsWith('-----BEGIN PUBLIC KEY-----') ? null : 'unknown'
  const jwk = parse(pasted)
  if (typeof jwk !== 'object' || jwk === null) return 'unknown'
  return 'd' in jwk || 'k' in jwk ? 'private' : null
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
