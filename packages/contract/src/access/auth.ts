import { z } from 'zod'
import { sessionIdSchema } from '../ids.ts'
import { nameSchema } from '../text.ts'
import { timeSchema } from '../users.ts'

export const guestInputSchema = z.strictObject({ name: nameSchema.optional() }).optional()
export type GuestInput = z.output<typeof guestInputSchema>

export const sessionSchema = z
  .object({ id: sessionIdSchema, createdAt: timeSchema, lastSeenAt: timeSchema, current: z.boolean() })
  .meta({ id: 'Session' })
/** A browser or program in which the user is signed in. */
export type Session = {
  id: number
  /** The sign-in: ISO 8601, UTC, milliseconds. */
  createdAt: string
  /** Behind the last use by at most an hour. */
  lastSeenAt: string
  /** The session of this call. */
  current: boolean
}

export const sessionsOutputSchema = z.object({ items: z.array(sessionSchema) })
export type SessionsOutput = { items: Session[] }

export const endSessionInputSchema = z.strictObject({ sessionId: sessionIdSchema })
export type EndSessionInput = z.output<typeof endSessionInputSchema>
