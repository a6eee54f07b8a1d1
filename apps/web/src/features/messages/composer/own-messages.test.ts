import { type LogEntry, logEntrySchema } from '@deskbell/contract/events'
import { editWindowMs } from '@deskbell/contract/limits'
import type { PendingMessage } from '@deskbell/sdk'
import { expect, test } from 'vitest'
import { newestEditable } from './use-editing.ts'

const at = '2026-03-03T12:00:00.000Z'
const written = Date.parse(at)

function message(seq: number, userId: number, text = `text ${seq}`): LogEntry {
  const fixed = { id: 100 + seq, chatId: 5, direction: 'in', type: 'text', status: 'new', clientMsgId: null }
  return logEntrySchema.parse({
    seq,
    at,
    kind: 'message',
    actor: { id: userId, name: 'Igor', role: 'client' },
    message: { ...fixed, seq, userId, text, createdAt: at },
  })
}

test('[WEB-28] the newest own message can be changed, skipping those of others and retracted ones', () => {
  const entries = [message(1, 1), message(2, 1), message(3, 1, ''), message(4, 2)]
  expect(newestEditable({ entries, pending: [] }, 1, written)).toEqual({ messageId: 102, text: 'text 2', at })
  expect(newestEditable({ entries: [message(1, 2)], pending: [] }, 1, written)).toBeNull()
})

test('[WEB-28] five minutes after it was stored no message can be changed', () => {
  const entries = [message(1, 1)]
  expect(newestEditable({ entries, pending: [] }, 1, written + editWindowMs - 1)).not.toBeNull()
  expect(newestEditable({ entries, pending: [] }, 1, written + editWindowMs)).toBeNull()
})

test('[WEB-28] while the newest own message is not stored, no older one is taken for it', () => {
  const pending: PendingMessage[] = [
    { clientMsgId: 'one', text: 'sent just now', createdAt: at, state: 'sending', code: null },
  ]
  expect(newestEditable({ entries: [message(1, 1)], pending }, 1, written)).toBeNull()
})
