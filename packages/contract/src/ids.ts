import { z } from 'zod'

/** Ids are integers on the wire, 1 to 2^53−1. */
const id = z.int().positive()

export const userIdSchema = id.brand<'UserId'>()
export const chatIdSchema = id.brand<'ChatId'>()
export const messageIdSchema = id.brand<'MessageId'>()

/** A person: a client or an operator. */
export type UserId = z.infer<typeof userIdSchema>
export type ChatId = z.infer<typeof chatIdSchema>
export type MessageId = z.infer<typeof messageIdSchema>
