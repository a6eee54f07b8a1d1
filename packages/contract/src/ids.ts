import { z } from 'zod'

/** Ids are JSON numbers: integers from 1 to 2^53−1. */
const id = z.int().positive()

export const userIdSchema = id.brand<'UserId'>()
export const chatIdSchema = id.brand<'ChatId'>()
export const messageIdSchema = id.brand<'MessageId'>()
export const sessionIdSchema = id

/** A client or an operator: an integer from 1 to 2^53−1. */
export type UserId = number & z.$brand<'UserId'>
/** A chat: an integer from 1 to 2^53−1. */
export type ChatId = number & z.$brand<'ChatId'>
/** A message: an integer from 1 to 2^53−1, in the order in which they were stored. */
export type MessageId = number & z.$brand<'MessageId'>
