import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const sealedForm = /^v1\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)$/

/** Makes the text of a new key: 256 random bits, base64url. */
export function createSecretsKey(): string {
  return randomBytes(keyBytes).toString('base64url')
}

/**
 * Encrypts what must be read again, such as the secret of a signing key, before it is stored (AES-256-GCM). Of several
 * keys the first one seals, and each opens what it has sealed.
 */
export class SecretBox {
  /** The id of the key that seals. It says nothing of the key. */
  readonly keyId: string
  readonly #keys: ReadonlyMap<string, Buffer>

  /** Throws when there is no key, or a text that is none. */
  constructor(texts: readonly string[]) {
    const keys = texts.map(parseKey)
    const [first] = keys
    if (first === undefined) throw new Error('There is no key.')
    this.keyId = idOf(first)
    this.#keys = new Map(keys.map((key) => [idOf(key), key]))
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId)
  }

  /** `place` is where the secret is stored. Moved to another place, it does not open. */
  seal(secret: string, place: string): string {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key(this.keyId), nonce, { authTagLength: tagBytes })
    cipher.setAAD(Buffer.from(place))
    const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `v1.${this.keyId}.${sealed.toString('base64url')}`
  }

  /** Throws for what was sealed with another key or at another place, and for what was changed since. */
  open(text: string, place: string): string {
    const [, keyId = '', body = ''] = sealedForm.exec(text) ?? []
    const bytes = Buffer.from(body, 'base64url')
    if (bytes.length < nonceBytes + tagBytes) throw new Error('A stored secret has an unknown form.')
    const decipher = createDecipheriv('aes-256-gcm', this.#key(keyId), bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(Buffer.from(place))
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    const opened = decipher.update(bytes.subarray(nonceBytes, -tagBytes))
    return Buffer.concat([opened, decipher.final()]).toString('utf8')
  }

  #key(keyId: string): Buffer {
    const key = this.#keys.get(keyId)
    if (key === undefined) throw new Error(`The secrets key ${keyId} is missing.`)
    return key
  }
}

function parseKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64url')
  if (key.length !== keyBytes || key.toString('base64url') !== text) throw new Error('This is no key.')
  return key
}

function idOf(key: Buffer): string {
  return createHash('sha256').update('deskbell secrets key\n').update(key).digest('hex').slice(0, 16)
}
