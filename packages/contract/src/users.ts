import { z } from 'zod'
import { type UserId, userIdSchema } from './ids.ts'
import { onlineUsersMax } from './limits.ts'
import { emailSchema, nameSchema } from './text.ts'

export const roleSchema = z.enum(['client', 'operator'])
/** A client asks, an operator answers. */
export type Role = 'client' | 'operator'
export const roles = roleSchema.options

export const accessSchema = z.enum(['admin', 'operator'])
/** What an operator may do. An admin may also manage operators and settings. */
export type Access = z.infer<typeof accessSchema>

/** `open`: an email and a name are enough to sign in. `secure`: they are not. */
export type AuthMode = 'open' | 'secure'

export const timeSchema = z.iso.datetime({ precision: 3 })

export const avatarUrlSchema = z
  .string()
  .nullable()
  .meta({ description: 'The picture of the person, below the address of the server; null without one.' })

export const userSchema = z
  .object({
    id: userIdSchema,
    email: z.string().nullable(),
    name: z.string(),
    role: roleSchema,
    access: accessSchema.nullable(),
    avatarUrl: avatarUrlSchema,
    createdAt: timeSchema,
  })
  .meta({ id: 'User' })
/** Somebody who has signed in: one user for each e-mail address and role, or an anonymous client. */
export type User = {
  id: UserId
  /** Normalised: NFC, the domain in lower-case A-labels. Null for an anonymous client. */
  email: string | null
  name: string
  role: Role
  /** Null for a client. In open mode every operator is an admin. */
  access: Access | null
  /** The own picture, below the address of the server: another address for another picture. Null without one. */
  avatarUrl: string | null
  /** When the user first signed in: ISO 8601, UTC, milliseconds. */
  createdAt: string
}

export const loginInputSchema = z.strictObject({ email: emailSchema, name: nameSchema, role: roleSchema })
/** Who signs in. The name replaces the one of before. */
export type LoginInput = {
  /** An address in any script, of at most 254 characters. */
  email: string
  /** One line of 1 to 120 characters in which something is seen. */
  name: string
  role: Role
}

export const loginOutputSchema = z.object({ user: userSchema, token: z.string(), expiresAt: timeSchema })
/** The session that began: `token` carries it outside of a browser, until `expiresAt`. */
export type LoginOutput = {
  user: User
  token: string
  expiresAt: string
}

export const userOutputSchema = z.object({ user: userSchema })
export type UserOutput = z.infer<typeof userOutputSchema>

/** Asks which of these users are clients and online. */
export const onlineInputSchema = z.strictObject({ userIds: z.array(userIdSchema).min(1).max(onlineUsersMax) })
export type OnlineInput = z.output<typeof onlineInputSchema>
export const onlineOutputSchema = z.object({ online: z.array(userIdSchema) })
export type OnlineOutput = z.infer<typeof onlineOutputSchema>

/** No input: an empty object, or none. */
export const emptyInputSchema = z.strictObject({}).optional()
