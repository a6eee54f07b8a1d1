import { createHash } from 'node:crypto'
import type { WebAuthnOptions } from '@deskbell/contract/access/factors'
import { AppError } from '@deskbell/contract/errors'
import { passkeyIdCharsMax } from '@deskbell/contract/limits'
import type { PasskeyRow } from '@deskbell/db/queries/users/factors'
import type { UserRow } from '@deskbell/db/queries/users/users'
import { z } from 'zod'
import type { Owner, Site } from './change-factors.ts'

/*
 * The ceremonies of WebAuthn Level 3, as `@simplewebauthn/server` checks them. It is loaded at the first ceremony, because it
 * takes 30 MB and few processes ever need it. Whatever is wrong with an answer is `invalid_credentials`.
 */
const library = () => import('@simplewebauthn/server')

const base64url = z.string().regex(/^[\w-]+$/)
const credentialFields = { id: base64url.max(passkeyIdCharsMax), rawId: base64url, type: z.literal('public-key') }

const assertionSchema = z.object({
  ...credentialFields,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.nullish(),
  }),
})

const credentialSchema = z.object({
  ...credentialFields,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(32)).max(10).default([]),
  }),
})

const clientDataSchema = z.object({ challenge: base64url, crossOrigin: z.boolean().optional() })

/** An answer of the browser, not checked yet, and the challenge that it claims to answer. */
export type Assertion = z.output<typeof assertionSchema> & { challenge: string }
export type NewCredential = z.output<typeof credentialSchema> & { challenge: string }

export function parseAssertion(text: string): Assertion {
  return parseAnswer(assertionSchema, text)
}

export function parseCredential(text: string): NewCredential {
  return parseAnswer(credentialSchema, text)
}

/** What a browser needs to sign in with a passkey. `ids`: those that may answer; with none, any passkey of the site. */
export function assertionOptions(site: Site, challenge: string, ids: readonly string[]): WebAuthnOptions {
  const allowCredentials = ids.map((id) => ({ id, type: 'public-key' }))
  return { challenge, rpId: site.rpId, userVerification: 'required', timeout: ceremonyMs, allowCredentials }
}

/** What a browser needs to make a passkey: one that it finds without a name, and that asks who the user is. */
export function creationOptions(
  site: Site,
  owner: Owner,
  others: readonly PasskeyRow[],
): Omit<WebAuthnOptions, 'challenge'> {
  return {
    rp: { name: 'Deskbell', id: site.rpId },
    user: { id: userHandleOf(owner), name: owner.email, displayName: owner.name },
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: others.map(({ id, transports }) => ({ id, transports, type: 'public-key' })),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
    timeout: ceremonyMs,
    extensions: { credProps: true },
  }
}

/** Checks an assertion: challenge, origin, site, user and signature. Returns the counter, which has risen if there is one. */
export async function verifyAssertion(
  { challenge, ...response }: Assertion,
  { site, passkey, owner }: { site: Site; passkey: PasskeyRow; owner: UserRow },
): Promise<{ counter: number }> {
  const { verifyAuthenticationResponse } = await library()
  const { userHandle, ...signed } = response.response
  if (userHandle != null && userHandle !== userHandleOf(owner)) throw new AppError('invalid_credentials')
  const publicKey = new Uint8Array(Buffer.from(passkey.publicKey, 'base64url'))
  const checked = await verifyAuthenticationResponse({
    response: { ...response, response: signed, clientExtensionResults: {} },
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    credential: { id: passkey.id, publicKey, counter: passkey.counter },
    requireUserVerification: true,
  }).catch(refused)
  if (checked.verified !== true) throw new AppError('invalid_credentials')
  return { counter: checked.authenticationInfo.newCounter }
}

/** Checks a new credential: challenge, origin and site. No attestation is asked for, so none proves anything. */
export async function verifyCredential({ challenge, ...response }: NewCredential, site: Site) {
  const { verifyRegistrationResponse } = await library()
  const checked = await verifyRegistrationResponse({
    response: { ...response, clientExtensionResults: {} },
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(refused)
  if (checked.verified !== true) throw new AppError('invalid_credentials')
  const { id, publicKey, counter } = checked.registrationInfo.credential
  return {
    id,
    publicKey: Buffer.from(publicKey).toString('base64url'),
    counter,
    transports: response.response.transports,
  }
}

/** EdDSA, ES256 and RS256: all that authenticators use today. */
const algorithms = [-8, -7, -257]
const ceremonyMs = 5 * 60_000

/**
 * The name under which an authenticator keeps the passkeys of one operator. It says neither the address nor the id, and is
 * the same for ever: it is made of what never changes of a user.
 */
function userHandleOf({ id, createdAt }: UserRow): string {
  return createHash('sha256').update(`deskbell user handle\n${id}\n${createdAt.toISOString()}`).digest('base64url')
}

/** A page of a foreign site may show a page of this one in a frame: its answers do not count. */
function parseAnswer<T extends { response: { clientDataJSON: string } }>(
  schema: z.ZodType<T>,
  text: string,
): T & { challenge: string } {
  const answer = schema.safeParse(jsonOf(text))
  if (!answer.success) throw refusal(answer.error)
  const clientData = Buffer.from(answer.data.response.clientDataJSON, 'base64url').toString('utf8')
  const said = clientDataSchema.safeParse(jsonOf(clientData))
  if (!said.success || said.data.crossOrigin === true) throw refusal(said.error)
  return { ...answer.data, challenge: said.data.challenge }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function refused(cause: unknown): never {
  throw refusal(cause)
}

function refusal(cause: unknown): AppError {
  return new AppError('invalid_credentials', { cause })
}
