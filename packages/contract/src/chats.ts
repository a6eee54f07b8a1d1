import { z } from 'zod'
import { type ChatId, chatIdSchema, type MessageId, messageIdSchema, type UserId, userIdSchema } from './ids.ts'
import { chatsLimitMax } from './limits.ts'
import { directionSchema } from './messages.ts'
import { limitSchema } from './paging.ts'
import { callerIdSchema, emailSchema, nameSchema, stringSchema } from './text.ts'
import { avatarUrlSchema, timeSchema } from './users.ts'

export const chatStatusSchema = z.enum(['open', 'closed'])
/** A closed chat takes no message until it is opened again. */
export type ChatStatus = 'open' | 'closed'

export const chatSchema = z
  .object({
    id: chatIdSchema,
    status: chatStatusSchema,
    client: z.object({
      id: userIdSchema,
      name: z.string(),
      email: z.string().nullable(),
      verified: z.boolean().meta({ description: 'The own site has signed who the client is.' }),
      avatarUrl: avatarUrlSchema,
    }),
    operator: z.object({ id: userIdSchema, name: z.string(), avatarUrl: avatarUrlSchema }).nullable(),
    lastMessageAt: timeSchema.nullable(),
    lastMessage: z
      .object({
        id: messageIdSchema,
        text: z.string(),
        direction: directionSchema,
        type: z.enum(['image', 'file']).meta({ description: 'Where it has attachments: its type.' }).exactOptional(),
        createdAt: timeSchema,
      })
      .nullable(),
    unread: z.int().min(0),
    lastSeq: z.int().min(0),
    rev: z.int().min(0),
    createdAt: timeSchema,
    closedAt: timeSchema.nullable(),
    waitingSince: timeSchema
      .nullable()
      .meta({
        description:
          'For operators only: the time of the client’s first message that no operator has answered or waved off.',
      })
      .exactOptional(),
  })
  .meta({ id: 'Chat' })
/** One row of a list of chats: the state of the chat, its people, its newest message, and what the asker has not read. */
export type Chat = {
  id: ChatId
  status: ChatStatus
  /** `email` is null for an anonymous client. `verified`: the own site has signed who the client is. */
  client: { id: UserId; name: string; email: string | null; verified: boolean; avatarUrl: string | null }
  /** Whose it is; null for nobody's. Clients never see an operator's e-mail address. */
  operator: { id: UserId; name: string; avatarUrl: string | null } | null
  lastMessageAt: string | null
  /** Its text is the start of the message, at most 200 characters. `type` is there if it has attachments. */
  lastMessage: {
    id: MessageId
    text: string
    direction: 'in' | 'out'
    type?: 'image' | 'file'
    createdAt: string
  } | null
  /** Messages of the other direction after the asker's own mark. */
  unread: number
  /** The newest place in the log. */
  lastSeq: number
  /** Rises with every change of the chat that anybody can see: of two rows the one of the higher `rev` is newer. */
  rev: number
  createdAt: string
  closedAt: string | null
  /**
   * For operators only: the time of the client's first message that no operator has answered or waved off; null when
   * nothing waits, and in a closed chat.
   */
  waitingSince?: string | null
}

export const chatOutputSchema = z.object({ chat: chatSchema })
export type ChatOutput = z.infer<typeof chatOutputSchema>

/**
 * A client may only send `clientChatId`. An operator names the client by `email` and `name`. The form depends on the
 * role, so the use case checks it.
 */
export const createChatInputSchema = z
  .strictObject({
    email: emailSchema.optional(),
    name: nameSchema.optional(),
    clientChatId: callerIdSchema.optional(),
  })
  .prefault({})
export type CreateChatInput = z.output<typeof createChatInputSchema>

export const listChatsInputSchema = z
  .strictObject({
    limit: limitSchema(chatsLimitMax),
    status: z
      .enum(['open', 'closed', 'all'])
      .optional()
      .meta({ description: 'Left out, `open` for an operator and `all` for a client.' }),
    scope: z
      .enum(['all', 'mine', 'unassigned'])
      .optional()
      .meta({ description: 'For operators; a client may only say `all`, which is its own chats. Left out, `all`.' }),
    sort: z.enum(['activity', 'waiting']).optional().meta({
      description:
        '`waiting` is for operators: who has waited longest first, then those who do not wait. Left out, `activity`.',
    }),
    cursor: stringSchema(1, 200).optional().meta({ description: 'The `nextCursor` of the page before.' }),
  })
  .prefault({})
export type ListChatsInput = z.output<typeof listChatsInputSchema>

export const listChatsOutputSchema = z.object({ items: z.array(chatSchema), nextCursor: z.string().nullable() })
export type ListChatsOutput = z.infer<typeof listChatsOutputSchema>

export const chatInputSchema = z.strictObject({ chatId: chatIdSchema })
export type ChatInput = z.output<typeof chatInputSchema>

export const assignOperatorInputSchema = z.strictObject({
  chatId: chatIdSchema,
  /** Default: the caller. */
  operatorId: userIdSchema.optional(),
  takeOver: z.boolean().optional(),
})
export type AssignOperatorInput = z.output<typeof assignOperatorInputSchema>

/** With `ifSeq` the chat is closed only if the client has written nothing after that `seq`. */
export const closeChatInputSchema = z.strictObject({ chatId: chatIdSchema, ifSeq: z.int().min(0).optional() })
export type CloseChatInput = z.output<typeof closeChatInputSchema>

/** With `ifSeq` the client is waved off only if it has written nothing after that `seq`. */
export const noReplyInputSchema = z.strictObject({ chatId: chatIdSchema, ifSeq: z.int().min(0).optional() })
export type NoReplyInput = z.output<typeof noReplyInputSchema>

const markShape = { chatId: chatIdSchema, seq: z.int().min(0) }

export const markReadInputSchema = z.strictObject(markShape)
export type MarkReadInput = z.output<typeof markReadInputSchema>

/** Everything up to `seq` has arrived at a device of the caller. */
export const markDeliveredInputSchema = z.strictObject(markShape)
export type MarkDeliveredInput = z.output<typeof markDeliveredInputSchema>

/** What a page offers when a client writes in a closed chat. `messages.send` itself always refuses the message. */
export const closedChatPolicySchema = z.enum(['say', 'reopen', 'new'])
/** `say`: only that the chat is closed. `reopen`: the same chat is opened again first. `new`: another chat begins. */
export type ClosedChatPolicy = 'say' | 'reopen' | 'new'
