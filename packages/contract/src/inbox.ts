import { z } from 'zod'
import { chatSchema } from './chats.ts'
import { cursorSchema } from './events.ts'
import { chatIdSchema } from './ids.ts'

export const followInboxInputSchema = z.strictObject({ lastEventId: cursorSchema.optional() }).prefault({})
export type FollowInboxInput = z.output<typeof followInboxInputSchema>

/**
 * A frame of `inbox.events`: for operators about all chats, for a client about its own.
 * A row replaces one with a lower `rev`. At an equal `rev` it replaces one with a greater `unread`.
 */
export const inboxFrameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('upsert'), rows: z.array(chatSchema) }),
  z.object({ t: z.literal('gone'), chatId: chatIdSchema, rev: z.int().min(0) }),
  /**
   * Numbers of open chats: all, the caller's own, those without an operator; and the caller's unread messages in them.
   */
  z.object({
    t: z.literal('counts'),
    open: z.int().min(0),
    mine: z.int().min(0),
    unassigned: z.int().min(0),
    unread: z.int().min(0),
    /** Of these, the ones in the asker's own chats and in those without an operator. */
    unreadOwn: z.int().min(0),
  }),
  /** For clients: whether any operator is online. It names no operator. */
  z.object({ t: z.literal('presence'), operatorsOnline: z.boolean() }),
  z.object({ t: z.literal('live') }),
  z.object({ t: z.literal('reset') }),
  z.object({ t: z.literal('hb') }),
])
export type InboxFrame = z.infer<typeof inboxFrameSchema>
/** Open chats in all, the asker's own, those without an operator, and the unread messages in them; absolute numbers. */
export type InboxCounts = {
  t: 'counts'
  open: number
  mine: number
  unassigned: number
  unread: number
  /** Of these, the ones in the asker's own chats and in those without an operator. */
  unreadOwn: number
}
