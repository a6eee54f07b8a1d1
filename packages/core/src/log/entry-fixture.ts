import { type LogEntry, logEntrySchema } from '@deskbell/contract/events'
import { type ChatId, chatIdSchema } from '@deskbell/contract/ids'

export const fixtureChatId: ChatId = chatIdSchema.parse(1)

/** A log entry for tests that need no database. */
export function entryFixture(seq: number, text = `n ${seq}`): LogEntry {
  const at = new Date(1_700_000_000_000 + seq).toISOString()
  const message = {
    id: seq,
    chatId: 1,
    seq,
    userId: 2,
    direction: 'in',
    type: 'text',
    text,
    status: 'new',
    clientMsgId: null,
    createdAt: at,
  }
  return logEntrySchema.parse({ seq, at, actor: { id: 2, name: 'A', role: 'client' }, kind: 'message', message })
}

export function entriesFixture(from: number, to: number): LogEntry[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => entryFixture(from + index))
}

/** An edit of a message, or its retraction when there is no text. */
export function changeFixture(seq: number, change: { messageId: number; text?: string }): LogEntry {
  const at = new Date(1_700_000_000_000 + seq).toISOString()
  const actor = { id: 2, name: 'A', role: 'client' }
  return logEntrySchema.parse({
    seq,
    at,
    actor,
    kind: change.text === undefined ? 'retracted' : 'edited',
    data: change,
  })
}
