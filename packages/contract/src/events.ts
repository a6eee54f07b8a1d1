import { z } from 'zod'
import { chatIdSchema, type MessageId, messageIdSchema, type UserId, userIdSchema } from './ids.ts'
import { messagesLimitMax } from './limits.ts'
import { type Message, messageSchema } from './messages.ts'
import { limitSchema } from './paging.ts'
import { stringSchema } from './text.ts'
import { avatarUrlSchema, type Role, roleSchema, timeSchema } from './users.ts'

export const entryActorSchema = z
  .object({
    id: userIdSchema,
    name: z.string(),
    role: roleSchema,
    // A process of an older version leaves it out while a deployment is renewed.
    avatarUrl: avatarUrlSchema.default(null),
  })
  .nullable()
/** Who caused an entry; null when the system did. */
export type EntryActor = { id: UserId; name: string; role: Role; avatarUrl: string | null } | null

const entryShape = { seq: z.int().positive(), at: timeSchema, actor: entryActorSchema }

export const logEntrySchema = z
  .discriminatedUnion('kind', [
    z.object({ ...entryShape, kind: z.literal('message'), message: messageSchema }),
    z.object({
      ...entryShape,
      kind: z.literal('assigned'),
      data: z.object({ operator: z.object({ id: userIdSchema, name: z.string() }).nullable() }),
    }),
    z.object({ ...entryShape, kind: z.literal('closed') }),
    z.object({ ...entryShape, kind: z.literal('reopened') }),
    z.object({
      ...entryShape,
      kind: z.literal('edited'),
      data: z.object({ messageId: messageIdSchema, text: z.string() }),
    }),
    z.object({ ...entryShape, kind: z.literal('retracted'), data: z.object({ messageId: messageIdSchema }) }),
  ])
  .meta({ id: 'LogEntry' })
/** One line of a chat's log, told apart by `kind`; `seq` is its place, `at` its time: ISO 8601, UTC, milliseconds. */
export type LogEntry = { seq: number; at: string; actor: EntryActor } & (
  | { kind: 'message'; message: Message }
  /** Null when the chat was given back. */
  | { kind: 'assigned'; data: { operator: { id: UserId; name: string } | null } }
  | { kind: 'closed' }
  | { kind: 'reopened' }
  /** `text` is the new one; empty once the message has been retracted. */
  | { kind: 'edited'; data: { messageId: MessageId; text: string } }
  | { kind: 'retracted'; data: { messageId: MessageId } }
)

/** A position: `epoch:seq`. Text after a `~` is ignored. */
export const cursorSchema = stringSchema(1, 200)

export const followChatInputSchema = z.strictObject({
  chatId: chatIdSchema,
  /** Has precedence over `cursor`: a tRPC client sends both when it reconnects. */
  lastEventId: cursorSchema.optional(),
  cursor: cursorSchema.optional(),
})
export type FollowChatInput = z.output<typeof followChatInputSchema>

const seq = z.int().min(0)

/** The cursor is `foreign` (of another epoch, or invalid), after the end of the log (`future`), or `too_far` behind. */
export const resetReasonSchema = z.enum(['foreign', 'future', 'too_far'])
export type ResetReason = z.infer<typeof resetReasonSchema>

/** A frame of `chats.events`. A program ignores frames whose `t` it does not know. */
export const chatFrameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ev'), events: z.array(logEntrySchema) }),
  z.object({ t: z.literal('live'), top: seq }),
  z.object({ t: z.literal('reset'), reason: resetReasonSchema, top: seq }),
  z.object({ t: z.literal('hb'), top: seq }),
  z.object({ t: z.literal('rcpt'), userId: userIdSchema, role: roleSchema, deliveredSeq: seq, readSeq: seq }),
  z.object({ t: z.literal('typing'), userId: userIdSchema, role: roleSchema, until: timeSchema }),
  /** For operators: whether the client is online, and when it was last. */
  z.object({ t: z.literal('presence'), clientOnline: z.boolean(), clientSeenAt: timeSchema.nullable() }),
])
export type ChatFrame = z.infer<typeof chatFrameSchema>

export const pageInputSchema = z.strictObject({
  chatId: chatIdSchema,
  /** Exclusive. Default: the newest page. */
  beforeSeq: z.int().positive().optional(),
  limit: limitSchema(messagesLimitMax),
})
export type PageInput = z.output<typeof pageInputSchema>

export const pageOutputSchema = z.object({
  entries: z.array(logEntrySchema),
  cursor: z.string(),
  hasMore: z.boolean(),
  read: z.object({ client: seq, operator: seq }),
  delivered: z.object({ client: seq, operator: seq }),
})
/** A page of the log: entries ascending, the cursor to follow from, and whether older ones exist. */
export type PageOutput = {
  entries: LogEntry[]
  cursor: string
  hasMore: boolean
  /** The highest `seq` that each side has read; 0 for none. */
  read: { client: number; operator: number }
  /** The highest `seq` that a device of each side has got; never below `read`. */
  delivered: { client: number; operator: number }
}
