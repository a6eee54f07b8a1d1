import { logEntrySchema } from '@deskbell/contract/events'
import { chatIdSchema, messageIdSchema, userIdSchema } from '@deskbell/contract/ids'
import type { MessageRow } from '@deskbell/db/queries/messages/messages'
import { describe, expect, test } from 'vitest'
import { type LogRow, logEntryView } from './log-entry-view.ts'

const at = new Date('2030-01-01T00:00:00.000Z')
const author = { id: userIdSchema.parse(1), name: 'Ann', role: 'operator', avatarUrl: null } as const
const event: LogRow = { seq: 1, at, kind: 'closed', actor: author, data: null, message: null }

describe('logEntryView', () => {
  test('[LIVE-2] every kind of stored row becomes a valid entry of the contract', () => {
    const rows: LogRow[] = [
      event,
      { ...event, kind: 'reopened', actor: null },
      { ...event, kind: 'assigned', data: { operator: { id: 1, name: 'Ann' } } },
      { ...event, kind: 'assigned', data: { operator: null } },
      { ...event, kind: 'edited', data: { messageId: 3, text: 'new' } },
      { ...event, kind: 'retracted', data: { messageId: 3 } },
      { ...event, kind: 'message', message: message(1, 'in') },
    ]
    for (const row of rows) {
      const entry = logEntryView(row, { client: 0, operator: 0 })
      expect(entry).toEqual(logEntrySchema.parse(entry))
      expect(entry).toMatchObject({ seq: 1, at: at.toISOString(), kind: row.kind, actor: row.actor })
    }
  })

  test('[LIVE-2] a row that is not a valid entry throws', () => {
    expect(() => logEntryView({ ...event, kind: 'assigned' }, { client: 0, operator: 0 })).toThrow()
    expect(() => logEntryView({ ...event, kind: 'unheard' }, { client: 0, operator: 0 })).toThrow()
  })

  test('[MSG-12] the status of a message follows from the read mark of the other side', () => {
    const status = (direction: 'in' | 'out', marks: { client: number; operator: number }) => {
      const entry = logEntryView({ ...event, kind: 'message', message: message(5, direction) }, marks)
      return entry.kind === 'message' ? entry.message.status : null
    }
    expect(status('in', { client: 9, operator: 4 })).toBe('new')
    expect(status('in', { client: 0, operator: 5 })).toBe('read')
    expect(status('out', { client: 4, operator: 9 })).toBe('new')
    expect(status('out', { client: 5, operator: 0 })).toBe('read')
  })
})

function message(seq: number, direction: 'in' | 'out'): MessageRow {
  return {
    id: messageIdSchema.parse(3),
    chatId: chatIdSchema.parse(2),
    seq,
    userId: author.id,
    direction,
    type: 'text',
    text: 'hi',
    attachments: null,
    clientMsgId: 'm',
    createdAt: at,
  }
}
