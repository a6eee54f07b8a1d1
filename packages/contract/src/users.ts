import { z } from 'zod'
import { userIdSchema } from './ids.ts'
import { onlineUsersMax } from './limits.ts'
import { emailSchema, nameSchema } from './text.ts'

export const roleSchema = z.enum(['client', 'operator'])
export type Role = z.infer<typeof roleSchema>
export const roles = roleSchema.options

export const timeSchema = z.iso.datetime({ precision: 3 })

export const userSchema = z
  .object({ id: userIdSchema, email: z.string(), name: z.string(), role: roleSchema, createdAt: timeSchema })
  .meta({ id: 'User' })
export type User = z.infer<typeof userSchema>

export const loginInputSchema = z.strictObject({ email: emailSchema, name: nameSchema, role: roleSchema })
export type LoginInput = z.output<typeof loginInputSchema>

export const loginOutputSchema = z.object({ user: userSchema, token: z.string(), expiresAt: timeSchema })
export type LoginOutput = z.infer<typeof loginOutputSchema>

export const userOutputSchema = z.object({ user: userSchema })
export type UserOutput = z.infer<typeof userOutputSchema>

/** Which of these are clients who are here? */
export const onlineInputSchema = z.strictObject({ userIds: z.array(userIdSchema).min(1).max(onlineUsersMax) })
export type OnlineInput = z.output<typeof onlineInputSchema>
export const onlineOutputSchema = z.object({ online: z.array(userIdSchema) })
export type OnlineOutput = z.infer<typeof onlineOutputSchema>

/** An empty body. It may be left out. */
export const emptyInputSchema = z.strictObject({}).optional()
