import { z } from 'zod'
import { type Attachment, attachmentSchema, uploadIdsSchema } from './attachments.ts'
import { errorCodeSchema } from './errors.ts'
import { type ChatId, chatIdSchema, type MessageId, messageIdSchema, type UserId, userIdSchema } from './ids.ts'
import { batchItemsMax, messagesLimitMax } from './limits.ts'
import { boundSchema, limitSchema } from './paging.ts'
import { callerIdSchema, captionSchema, messageTextSchema } from './text.ts'
import { timeSchema } from './users.ts'

/** `in` from the client, `out` from an operator. */
export const directionSchema = z.enum(['in', 'out'])
export type Direction = z.infer<typeof directionSchema>

/** `image` when all attachments are images, `file` when any is not, `text` without attachments. */
export const messageTypeSchema = z.enum(['text', 'image', 'file'])
export type MessageType = z.infer<typeof messageTypeSchema>

export const messageSchema = z
  .object({
    id: messageIdSchema,
    chatId: chatIdSchema,
    seq: z.int().positive(),
    userId: userIdSchema,
    direction: directionSchema,
    type: messageTypeSchema,
    text: z.string(),
    // A process of an older version leaves it out while a deployment is renewed.
    attachments: z.array(attachmentSchema).default([]),
    status: z.enum(['new', 'read']),
    clientMsgId: z.string().nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Message' })
/** One message of a chat. `seq` is its place in the log; times are ISO 8601, UTC, with milliseconds. */
export type Message = {
  id: MessageId
  chatId: ChatId
  seq: number
  /** Who wrote it. */
  userId: UserId
  /** `in` from the client, `out` from an operator. */
  direction: 'in' | 'out'
  /** `image` when all attachments are images, `file` when any is not, `text` without attachments. */
  type: 'text' | 'image' | 'file'
  /** Empty when the author has retracted the message. With attachments it may be empty too. */
  text: string
  /** Empty after a retraction. */
  attachments: Attachment[]
  /** `read` when the other side's mark has passed the message. */
  status: 'new' | 'read'
  /** The id that its author's program gave it. */
  clientMsgId: string | null
  createdAt: string
}

const sendItemShape = {
  text: captionSchema,
  clientMsgId: callerIdSchema,
  uploadIds: uploadIdsSchema.optional().meta({
    description: 'Finished uploads of the sender to this chat; each becomes an attachment of one message.',
  }),
}

/** Without attachments a message has a text. */
function requireContent({ value, issues }: z.core.ParsePayload<{ text: string; uploadIds?: string[] | undefined }>) {
  if (value.text !== '' || value.uploadIds !== undefined) return
  issues.push({ code: 'custom', path: ['text'], message: 'must not be empty', input: value })
}

export const sendInputSchema = z.strictObject({ chatId: chatIdSchema, ...sendItemShape }).check(requireContent)
export type SendInput = z.output<typeof sendInputSchema>

export const sendOutputSchema = z.object({ message: messageSchema, duplicate: z.boolean() })
export type SendOutput = z.infer<typeof sendOutputSchema>

export const sendItemSchema = z.strictObject(sendItemShape).check(requireContent)
export type SendItem = z.output<typeof sendItemSchema>

/** The items are stored in array order, in one transaction. Each has an outcome of its own. */
export const sendBatchInputSchema = z.strictObject({
  chatId: chatIdSchema,
  items: z.array(sendItemSchema).min(1).max(batchItemsMax),
})
export type SendBatchInput = z.output<typeof sendBatchInputSchema>

export const sendOutcomeSchema = z.union([
  z.object({ clientMsgId: z.string(), message: messageSchema, duplicate: z.boolean() }),
  z.object({ clientMsgId: z.string(), error: z.object({ code: errorCodeSchema, retryable: z.boolean() }) }),
])
export type SendOutcome = z.infer<typeof sendOutcomeSchema>

export const sendBatchOutputSchema = z.object({ items: z.array(sendOutcomeSchema) })
export type SendBatchOutput = z.infer<typeof sendBatchOutputSchema>

export const listMessagesInputSchema = z.strictObject({
  chatId: chatIdSchema,
  limit: limitSchema(messagesLimitMax),
  beforeId: boundSchema.optional().meta({ description: 'Only messages before this one, the newest of them.' }),
  afterId: boundSchema
    .optional()
    .meta({ description: 'Only messages after this one, the oldest of them; 0 is the beginning.' }),
})
export type ListMessagesInput = z.output<typeof listMessagesInputSchema>

export const listMessagesOutputSchema = z.object({ items: z.array(messageSchema), hasMore: z.boolean() })
export type ListMessagesOutput = z.infer<typeof listMessagesOutputSchema>

export const messageInputSchema = z.strictObject({ chatId: chatIdSchema, messageId: messageIdSchema })
export type MessageInput = z.output<typeof messageInputSchema>

export const editMessageInputSchema = z.strictObject({ ...messageInputSchema.shape, text: messageTextSchema })
export type EditMessageInput = z.output<typeof editMessageInputSchema>

export const messageOutputSchema = z.object({ message: messageSchema })
export type MessageOutput = z.infer<typeof messageOutputSchema>
