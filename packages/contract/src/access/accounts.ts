import { z } from 'zod'
import { type UserId, userIdSchema } from '../ids.ts'
import { passwordCharsMax, passwordCharsMin } from '../limits.ts'
import { emailSchema, nameSchema, stringSchema } from '../text.ts'
import { type Access, accessSchema, avatarUrlSchema, timeSchema } from '../users.ts'

/** A password that is chosen. Weak ones are refused too. */
export const newPasswordSchema = stringSchema(passwordCharsMin, passwordCharsMax)
/** A password that is compared. */
const passwordSchema = stringSchema(1, passwordCharsMax)
const linkTokenSchema = stringSchema(1, 255)

export const setUpInputSchema = z.strictObject({
  token: linkTokenSchema,
  email: emailSchema,
  name: nameSchema,
  password: newPasswordSchema,
})
export type SetUpInput = z.output<typeof setUpInputSchema>

export const signInInputSchema = z.strictObject({ email: emailSchema, password: passwordSchema })
export type SignInInput = z.output<typeof signInInputSchema>

export const acceptInputSchema = z.strictObject({
  token: linkTokenSchema,
  name: nameSchema,
  password: newPasswordSchema,
})
export type AcceptInput = z.output<typeof acceptInputSchema>

export const languageSchema = z.enum(['en', 'ru'])
/** The language of a mail, `en` by default. */
export type Language = z.infer<typeof languageSchema>

export const forgotPasswordInputSchema = z.strictObject({ email: emailSchema, language: languageSchema.optional() })
export type ForgotPasswordInput = z.output<typeof forgotPasswordInputSchema>
export const resetPasswordInputSchema = z.strictObject({ token: linkTokenSchema, password: newPasswordSchema })
export type ResetPasswordInput = z.output<typeof resetPasswordInputSchema>

/** `link` is for the operator alone: who has it chooses the password. */
export const resetLinkOutputSchema = z.object({ link: z.string(), expiresAt: timeSchema })
export type ResetLinkOutput = z.infer<typeof resetLinkOutputSchema>

export const changePasswordInputSchema = z.strictObject({ current: passwordSchema, password: newPasswordSchema })
export type ChangePasswordInput = z.output<typeof changePasswordInputSchema>

export const inviteInputSchema = z.strictObject({
  email: emailSchema,
  access: accessSchema,
  language: languageSchema.optional(),
})
export type InviteInput = z.output<typeof inviteInputSchema>

export const invitationSchema = z
  .object({ id: z.int().positive(), email: z.string(), access: accessSchema, expiresAt: timeSchema })
  .meta({ id: 'Invitation' })
export const inviteOutputSchema = z.object({ invitation: invitationSchema, link: z.string() })
/** `link` is for the invited person alone: who has it gets the account. */
export type InviteOutput = {
  invitation: { id: number; email: string; access: Access; expiresAt: string }
  link: string
}

export const operatorSchema = z
  .object({
    id: userIdSchema,
    name: z.string(),
    email: z.string().nullable(),
    avatarUrl: avatarUrlSchema,
    access: accessSchema,
    disabled: z.boolean(),
    lastSeenAt: timeSchema.nullable(),
  })
  .meta({ id: 'Operator' })
/** An operator, as operators see each other. */
export type Operator = {
  id: UserId
  name: string
  /** Null for who is no admin. */
  email: string | null
  avatarUrl: string | null
  access: Access
  disabled: boolean
  /** When the operator was last connected. Null: never. */
  lastSeenAt: string | null
}

export const operatorsOutputSchema = z.object({ items: z.array(operatorSchema) })
export type OperatorsOutput = { items: Operator[] }
export const operatorOutputSchema = z.object({ operator: operatorSchema })
export type OperatorOutput = { operator: Operator }

export const operatorInputSchema = z.strictObject({ operatorId: userIdSchema })
export type OperatorInput = z.output<typeof operatorInputSchema>
export const setAccessInputSchema = z.strictObject({ operatorId: userIdSchema, access: accessSchema })
export type SetAccessInput = z.output<typeof setAccessInputSchema>
