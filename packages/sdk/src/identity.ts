/** A private key that WebCrypto has imported. */
export type WebCryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/**
 * For the server of the own site: signs who its clients are. Never in a page, because whoever has the key may be
 * anybody.
 */
export type SignIdentityOptions = {
  /** Names the key: `kid` of `identityKeys.create`. */
  kid: string
  /** The host of Deskbell's `PUBLIC_URL`, with a port that is not the scheme's own: `chat.example.com`. */
  audience: string
  /** The site's own id of its user, 1–255 characters: the same client for ever. No e-mail address, which may change. */
  subject: string
  /** An address that the site has verified. */
  email?: string
  name?: string
  /**
   * Where the user's picture is: https, an image of at most 5 MiB. Deskbell fetches each URL once and keeps a copy of its
   * own. Null takes the picture away.
   */
  avatarUrl?: string | null
  /** 1 to 3,600; 600 by default. The session in Deskbell ends with the token, and `createSdk` asks for another one before. */
  expiresInSeconds?: number
} & (
  | {
      /** Of an HS256 key, as it was shown. */
      secret: string
      privateKey?: never
    }
  | {
      /** Of an ES256 key: PKCS#8 PEM, a JWK, or a `CryptoKey` that may sign. */
      privateKey: string | Record<string, unknown> | WebCryptoKey
      secret?: never
    }
)

const secondsMax = 3_600
const secondsDefault = 600
const charsMax = 255
const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const

/**
 * Returns an identity token (JWT) for `createSdk({ identity })` or `auth.identify`. Uses WebCrypto, so it runs in Node 20
 * and in workers at the edge. Rejects with `TypeError` or `RangeError` for options that Deskbell would refuse.
 */
export async function signIdentity(options: SignIdentityOptions): Promise<string> {
  const { kid, audience, subject, email, name, avatarUrl, expiresInSeconds = secondsDefault } = options
  if (!(expiresInSeconds > 0 && expiresInSeconds <= secondsMax))
    throw new RangeError(`expiresInSeconds is above 0, and at most ${secondsMax}.`)
  if (subject === '' || [...subject].length > charsMax)
    throw new RangeError(`A subject has 1 to ${charsMax} characters.`)
  if (audience.includes('/')) throw new TypeError('The audience is a host, without a scheme and a path.')
  const iat = Math.floor(Date.now() / 1_000)
  const claims = { sub: subject, aud: audience, iat, exp: iat + Math.floor(expiresInSeconds), email, name, avatarUrl }
  const { alg, algorithm, key } = await importKey(options)
  const signed = `${encodeJson({ alg, typ: 'JWT', kid })}.${encodeJson(claims)}`
  return `${signed}.${encode(new Uint8Array(await crypto.subtle.sign(algorithm, key, utf8(signed))))}`
}

type SigningKey = { alg: 'HS256' | 'ES256'; algorithm: { name: string; hash: string }; key: WebCryptoKey }

async function importKey({ secret, privateKey }: SignIdentityOptions): Promise<SigningKey> {
  const hash = 'SHA-256'
  if (secret !== undefined) {
    const key = await crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash }, false, ['sign'])
    return { alg: 'HS256', algorithm: { name: 'HMAC', hash }, key }
  }
  // The signature is r and s, which is the form of a JWT (RFC 7518, section 3.4).
  return { alg: 'ES256', algorithm: { name: curve.name, hash }, key: await importPrivateKey(privateKey) }
}

async function importPrivateKey(given: string | Record<string, unknown> | WebCryptoKey): Promise<WebCryptoKey> {
  if (typeof given === 'string') return await crypto.subtle.importKey('pkcs8', parsePem(given), curve, false, ['sign'])
  if (given instanceof CryptoKey) return given
  const member = (name: string) => String(Reflect.get(given, name))
  // `key_ops` and `alg` of another use would be refused.
  const jwk = { kty: 'EC', crv: 'P-256', x: member('x'), y: member('y'), d: member('d') }
  return await crypto.subtle.importKey('jwk', jwk, curve, false, ['sign'])
}

function parsePem(text: string): Uint8Array<ArrayBuffer> {
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(text)?.[1]
  if (body === undefined) throw new TypeError('privateKey is no PKCS#8 PEM.')
  return Uint8Array.from(atob(body.replace(/\s/g, '')), (char) => char.charCodeAt(0))
}

function encodeJson(value: object): string {
  return encode(utf8(JSON.stringify(value)))
}

function encode(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
