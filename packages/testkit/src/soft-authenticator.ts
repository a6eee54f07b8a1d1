import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import type { WebAuthnOptions } from '@deskbell/contract/access/factors'

/** What an answer says other than the truth. */
export type Forgery = {
  origin?: string
  rpId?: string
  challenge?: string
  /** The user did not say who it is. */
  isUnverified?: true
  type?: string
  /** Null: leaves the handle out. */
  userHandle?: string | null
  /** Signed with another key. */
  isForged?: true
  crossOrigin?: boolean
  /** Does not count, as passkeys that are synchronized do. */
  counter?: number
}

type Answer = { origin: string; rpId: string; challenge: string; flags: number; type: string; crossOrigin?: boolean }

const flag = { present: 0x01, verified: 0x04, attested: 0x40 }

/**
 * An authenticator of WebAuthn Level 3 in software, with one passkey (ES256): it answers the options of the server with the
 * JSON texts of a browser, or with forged ones.
 */
export class SoftAuthenticator {
  readonly id = randomBytes(32).toString('base64url')
  userHandle = ''
  counter = 0
  readonly #origin: string
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  constructor(origin: string) {
    this.#origin = origin
  }

  /** Makes the passkey. Returns the JSON text of `PublicKeyCredential.toJSON()`. */
  create(options: WebAuthnOptions, forgery: Forgery = {}): string {
    const { user } = options as unknown as { user: { id: string } }
    this.userHandle = user.id
    const answer = this.#answer('webauthn.create', options, forgery)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(32)
    const attested = [Buffer.alloc(16), length, Buffer.from(this.id, 'base64url'), coseKey(this.#keys.publicKey)]
    const data = Buffer.concat([this.#data({ ...answer, flags: answer.flags | flag.attested }, forgery), ...attested])
    const attestation = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
      Buffer.from([data.length]),
      data,
    ])
    return this.#json({
      clientDataJSON: clientData(answer).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    })
  }

  /** Answers a challenge. Returns the JSON text of `PublicKeyCredential.toJSON()`. */
  get(options: WebAuthnOptions, forgery: Forgery = {}): string {
    this.counter += 1
    const answer = this.#answer('webauthn.get', options, forgery)
    const data = this.#data(answer, forgery)
    const client = clientData(answer)
    const key = forgery.isForged ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : this.#keys.privateKey
    const signed = Buffer.concat([data, sha256(client)])
    const { userHandle = this.userHandle } = forgery
    return this.#json({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: createSign('sha256').update(signed).sign(key).toString('base64url'),
      ...(userHandle !== null && { userHandle }),
    })
  }

  #answer(type: string, options: WebAuthnOptions, forgery: Forgery): Answer {
    const said = options as unknown as { rpId?: string; rp?: { id: string } }
    return {
      origin: forgery.origin ?? this.#origin,
      rpId: forgery.rpId ?? said.rpId ?? said.rp?.id ?? '',
      challenge: forgery.challenge ?? options.challenge,
      flags: flag.present | (forgery.isUnverified ? 0 : flag.verified),
      type: forgery.type ?? type,
      ...(forgery.crossOrigin !== undefined && { crossOrigin: forgery.crossOrigin }),
    }
  }

  #data({ rpId, flags }: Answer, { counter = this.counter }: Forgery): Buffer {
    const rest = Buffer.alloc(5)
    rest.writeUInt8(flags)
    rest.writeUInt32BE(counter, 1)
    return Buffer.concat([sha256(rpId), rest])
  }

  #json(response: object): string {
    return JSON.stringify({ id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {}, response })
  }
}

function clientData({ type, challenge, origin, crossOrigin = false }: Answer): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin }))
}

/** A key of COSE (RFC 9053): EC2, ES256, P-256. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const part = (head: string, value: string) => [Buffer.from(head, 'hex'), Buffer.from(value, 'base64url')]
  return Buffer.concat([Buffer.from('a5010203262001', 'hex'), ...part('215820', x), ...part('225820', y)])
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
