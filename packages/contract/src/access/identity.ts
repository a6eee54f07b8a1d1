import { z } from 'zod'
import { stringSchema } from '../text.ts'
import { timeSchema } from '../users.ts'

/** Whatever is wrong with an identity is `invalid_credentials`, its form and its size included. */
export const identifyInputSchema = z.strictObject({
  identity: z.string().meta({ description: 'A JWT that the own site has signed with one of the identity keys.' }),
})
export type IdentifyInput = z.output<typeof identifyInputSchema>

export const identityAlgSchema = z.enum(['HS256', 'ES256'])
/** `HS256`: a secret that the site and Deskbell share. `ES256`: the site has the private key, Deskbell the public one. */
export type IdentityAlg = z.infer<typeof identityAlgSchema>

const kidSchema = stringSchema(1, 64)

export const createIdentityKeyInputSchema = z.strictObject({
  alg: identityAlgSchema,
  publicKey: z
    .union([stringSchema(1, 4_096), z.record(z.string(), z.unknown())])
    .meta({ description: 'With ES256, and only then: the public key on P-256, as SPKI PEM or as a JWK.' })
    .optional(),
})
export type CreateIdentityKeyInput = z.output<typeof createIdentityKeyInputSchema>
export const deleteIdentityKeyInputSchema = z.strictObject({ kid: kidSchema })
export type DeleteIdentityKeyInput = z.output<typeof deleteIdentityKeyInputSchema>

export const createIdentityKeyOutputSchema = z.object({ kid: z.string(), secret: z.string().exactOptional() })
/** `secret` is for HS256 and shown this once: its UTF-8 bytes are the key of the HMAC. */
export type CreateIdentityKeyOutput = { kid: string; secret?: string }

export const identityKeySchema = z
  .object({ kid: z.string(), alg: identityAlgSchema, createdAt: timeSchema })
  .meta({ id: 'IdentityKey' })
/** A key with which the own site signs who its clients are. `kid` names it in the header of a token. */
export type IdentityKey = { kid: string; alg: IdentityAlg; createdAt: string }
export const identityKeysOutputSchema = z.object({ items: z.array(identityKeySchema) })
export type IdentityKeysOutput = { items: IdentityKey[] }
