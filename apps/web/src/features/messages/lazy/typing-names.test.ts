import { type LogEntry, logEntrySchema } from '@deskbell/contract/events'
import { userIdSchema } from '@deskbell/contract/ids'
import { expect, test } from 'vitest'
import { typingNames } from './typing-names.ts'

const id = (value: number) => userIdSchema.parse(value)
const chat = {
  client: { id: id(1), name: 'Igor', email: 'igor@example.com', avatarUrl: null, verified: false },
  operator: { id: id(2), name: 'Olga', avatarUrl: null },
}

const entries: LogEntry[] = [
  logEntrySchema.parse({
    seq: 1,
    at: '2026-03-03T12:00:00.000Z',
    kind: 'closed',
    actor: { id: 3, name: 'Oleg', role: 'operator' },
  }),
]

test('[WEB-27] typing users have the name from the chat or its log, and the viewer is left out', () => {
  const typing = [1, 2, 3, 4].map((each) => ({ userId: id(each), role: 'operator' as const }))
  expect(typingNames({ timeline: { typing, entries }, chat, ownId: 1 })).toEqual(['Olga', 'Oleg', null])
})
