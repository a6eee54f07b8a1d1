import { z } from 'zod'
import { chatIdSchema, messageIdSchema, userIdSchema } from './ids.ts'
import { messagesLimitMax } from './limits.ts'
import { messageSchema } from './messages.ts'
import { limitSchema } from './paging.ts'
import { stringSchema } from './text.ts'
import { roleSchema, timeSchema } from './users.ts'

/** Who caused an entry; null when the system did. */
export const entryActorSchema = z.object({ id: userIdSchema, name: z.string(), role: roleSchema }).nullable()
export type EntryActor = z.infer<typeof entryActorSchema>

const entryShape = { seq: z.int().positive(), at: timeSchema, actor: entryActorSchema }

/** One line of a chat's log. `seq` rises by one, without gaps. */
export const logEntrySchema = z
  .discriminatedUnion('kind', [
    z.object({ ...entryShape, kind: z.literal('message'), message: messageSchema }),
    z.object({
      ...entryShape,
      kind: z.literal('assigned'),
      /** Null when the chat was given back. */
      data: z.object({ operator: z.object({ id: userIdSchema, name: z.string() }).nullable() }),
    }),
    z.object({ ...entryShape, kind: z.literal('closed') }),
    z.object({ ...entryShape, kind: z.literal('reopened') }),
    z.object({
      ...entryShape,
      kind: z.literal('edited'),
      /** `text` is empty once the message has been retracted. */
      data: z.object({ messageId: messageIdSchema, text: z.string() }),
    }),
    z.object({ ...entryShape, kind: z.literal('retracted'), data: z.object({ messageId: messageIdSchema }) }),
  ])
  .meta({ id: 'LogEntry' })
export type LogEntry = z.infer<typeof logEntrySchema>

/** A position: `epoch:seq`, and whatever follows `~` is ignored. */
export const cursorSchema = stringSchema(1, 200)

export const followChatInputSchema = z.strictObject({
  chatId: chatIdSchema,
  /** Wins over `cursor`: a stock client sends both when it comes back. */
  lastEventId: cursorSchema.optional(),
  cursor: cursorSchema.optional(),
})
export type FollowChatInput = z.output<typeof followChatInputSchema>

const seq = z.int().min(0)

/** `foreign` cursor (another epoch or unreadable), one from the `future`, or one `too_far` behind. */
export const resetReasonSchema = z.enum(['foreign', 'future', 'too_far'])
export type ResetReason = z.infer<typeof resetReasonSchema>

/** What `chats.events` sends. A program ignores a `t` it does not know. */
export const chatFrameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ev'), events: z.array(logEntrySchema) }),
  z.object({ t: z.literal('live'), top: seq }),
  z.object({ t: z.literal('reset'), reason: resetReasonSchema, top: seq }),
  z.object({ t: z.literal('hb'), top: seq }),
  z.object({ t: z.literal('rcpt'), userId: userIdSchema, role: roleSchema, deliveredSeq: seq, readSeq: seq }),
  z.object({ t: z.literal('typing'), userId: userIdSchema, role: roleSchema, until: timeSchema }),
  /** For operators: is the client here, and since when not. */
  z.object({ t: z.literal('presence'), clientOnline: z.boolean(), clientSeenAt: timeSchema.nullable() }),
])
export type ChatFrame = z.infer<typeof chatFrameSchema>

export const pageInputSchema = z.strictObject({
  chatId: chatIdSchema,
  /** Exclusive; the newest page when left out. */
  beforeSeq: z.int().positive().optional(),
  limit: limitSchema(messagesLimitMax),
})
export type PageInput = z.output<typeof pageInputSchema>

/** Entries ascending, from one snapshot; `cursor` is where to follow from; `hasMore` = older ones exist. */
export const pageOutputSchema = z.object({
  entries: z.array(logEntrySchema),
  cursor: z.string(),
  hasMore: z.boolean(),
  /** The highest read mark of each side. */
  read: z.object({ client: seq, operator: seq }),
  /** The highest delivered mark of each side, at least as far as the read one. */
  delivered: z.object({ client: seq, operator: seq }),
})
export type PageOutput = z.infer<typeof pageOutputSchema>
