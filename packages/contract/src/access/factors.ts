import { z } from 'zod'
import { factorCodeCharsMax, passkeyIdCharsMax } from '../limits.ts'
import { nameSchema, stringSchema } from '../text.ts'
import { type LoginOutput, loginOutputSchema, timeSchema } from '../users.ts'

export const factorMethodSchema = z.enum(['passkey', 'totp', 'recovery'])
/** A second factor: a passkey, a code of an authenticator app, or one of the recovery codes. */
export type FactorMethod = z.infer<typeof factorMethodSchema>

/** The random part of a challenge: 256 bits, base64url. Other texts are no challenges, and answered like unknown ones. */
const challengeSchema = stringSchema(1, 255)
const codeSchema = stringSchema(1, factorCodeCharsMax)
const passkeyTextSchema = stringSchema(1, factorCodeCharsMax)

export const challengeOutputSchema = z
  .object({ challenge: z.string(), methods: z.array(factorMethodSchema) })
  .meta({ id: 'Challenge' })
/** The password was right, and one of these factors is asked for. `challenge` ends after five minutes. */
export type ChallengeOutput = { challenge: string; methods: FactorMethod[] }

export const signInOutputSchema = z.union([loginOutputSchema, challengeOutputSchema])
/** A session, or for who has second factors a challenge. */
export type SignInOutput = LoginOutput | ChallengeOutput

export const secondFactorInputSchema = z.strictObject({
  challenge: challengeSchema,
  method: factorMethodSchema,
  code: codeSchema.meta({
    description: 'The code; for `passkey`, the JSON text of the assertion (`PublicKeyCredential.toJSON()`).',
  }),
})
export type SecondFactorInput = z.output<typeof secondFactorInputSchema>

/** JSON of WebAuthn, for `PublicKeyCredential.parseRequestOptionsFromJSON` and `parseCreationOptionsFromJSON`. */
const webAuthnOptionsSchema = z.looseObject({ challenge: z.string() })
export type WebAuthnOptions = { challenge: string; [key: string]: unknown }
export const passkeyOptionsOutputSchema = z.object({ options: webAuthnOptionsSchema })
/** `options`: what `parseRequestOptionsFromJSON` or `parseCreationOptionsFromJSON` of the browser takes. */
export type PasskeyOptionsOutput = { options: WebAuthnOptions }

export const passkeyOptionsInputSchema = z
  .strictObject({
    challenge: challengeSchema.optional().meta({ description: 'Of a sign-in that waits for its second factor.' }),
  })
  .optional()
export type PasskeyOptionsInput = z.output<typeof passkeyOptionsInputSchema>

export const passkeySignInInputSchema = z.strictObject({
  assertion: passkeyTextSchema.meta({
    description: 'The JSON text of the assertion (`PublicKeyCredential.toJSON()`).',
  }),
})
export type PasskeySignInInput = z.output<typeof passkeySignInInputSchema>

export const proofMethodSchema = z.enum(['password', ...factorMethodSchema.options])
/** How an operator proves anew who it is. */
export type ProofMethod = z.infer<typeof proofMethodSchema>
export const proveInputSchema = z.strictObject({
  method: proofMethodSchema,
  code: codeSchema.meta({ description: 'The password, the code, or the JSON text of an assertion.' }),
})
export type ProveInput = z.output<typeof proveInputSchema>
export const proveOutputSchema = z.object({ provedUntil: timeSchema })
export type ProveOutput = { provedUntil: string }

const passkeyIdSchema = stringSchema(1, passkeyIdCharsMax)
export const passkeySchema = z
  .object({ id: z.string(), name: z.string(), createdAt: timeSchema, lastUsedAt: timeSchema.nullable() })
  .meta({ id: 'Passkey' })
/** A passkey of an operator. `id`: of the credential, base64url. */
export type Passkey = { id: string; name: string; createdAt: string; lastUsedAt: string | null }

export const passkeyInputSchema = z.strictObject({ passkeyId: passkeyIdSchema })
export type PasskeyInput = z.output<typeof passkeyInputSchema>
export const renamePasskeyInputSchema = z.strictObject({ passkeyId: passkeyIdSchema, name: nameSchema })
export type RenamePasskeyInput = z.output<typeof renamePasskeyInputSchema>
export const passkeyOutputSchema = z.object({ passkey: passkeySchema })
export type PasskeyOutput = { passkey: Passkey }

export const addPasskeyInputSchema = z.strictObject({
  name: nameSchema,
  credential: passkeyTextSchema.meta({
    description: 'The JSON text of the new credential (`PublicKeyCredential.toJSON()`).',
  }),
})
export type AddPasskeyInput = z.output<typeof addPasskeyInputSchema>
export const addPasskeyOutputSchema = z.object({ passkey: passkeySchema, recoveryCodes: z.array(z.string()) })
/** `recoveryCodes`: shown this once, with the first factor; empty with a later one. */
export type AddPasskeyOutput = { passkey: Passkey; recoveryCodes: string[] }

export const totpOutputSchema = z.object({ secret: z.string(), uri: z.string() })
/** For the authenticator app: `secret` in base32, and `uri` (`otpauth:`) as a QR code. */
export type TotpOutput = { secret: string; uri: string }
export const confirmTotpInputSchema = z.strictObject({ code: stringSchema(1, 32) })
export type ConfirmTotpInput = z.output<typeof confirmTotpInputSchema>

export const recoveryCodesOutputSchema = z.object({ recoveryCodes: z.array(z.string()) })
/** Ten codes, each for one sign-in. They are shown this once, and replace the earlier ones. */
export type RecoveryCodesOutput = { recoveryCodes: string[] }

export const factorsOutputSchema = z.object({
  passkeys: z.array(passkeySchema),
  totp: z.boolean(),
  recoveryCodes: z.int().nonnegative(),
  provedUntil: timeSchema.nullable(),
})
/** The second factors of an operator. */
export type FactorsOutput = {
  /** Oldest first. */
  passkeys: Passkey[]
  /** True with a confirmed authenticator app. */
  totp: boolean
  /** Recovery codes that are left. */
  recoveryCodes: number
  /** Until then this session may change factors. Null: `auth.prove` comes first. */
  provedUntil: string | null
}
