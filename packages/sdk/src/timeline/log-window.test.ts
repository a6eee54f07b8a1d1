import { type LogEntry, logEntrySchema, type PageOutput } from '@deskbell/contract/events'
import { userIdSchema } from '@deskbell/contract/ids'
import type { Direction } from '@deskbell/contract/messages'
import type { Role } from '@deskbell/contract/users'
import { describe, expect, test } from 'vitest'
import { appendFrame, chatStatusOf, prependPage, raiseMarks, undelivered, windowOfPage } from './log-window.ts'
import { ModelServer } from './model-server.ts'

const log = new ModelServer(20).slice()

function page(fromSeq: number, toSeq: number, epoch = 1): PageOutput {
  const none = { client: 0, operator: 0 }
  return {
    entries: log.slice(fromSeq - 1, toSeq),
    cursor: `${epoch}:${toSeq}`,
    hasMore: fromSeq > 1,
    read: none,
    delivered: none,
  }
}

function message(seq: number, direction: Direction): LogEntry {
  const at = '2026-01-01T00:00:00.000Z'
  const fixed = { chatId: 1, userId: 1, type: 'text', text: 'x', status: 'new', clientMsgId: null, createdAt: at }
  return logEntrySchema.parse({ seq, at, actor: null, kind: 'message', message: { ...fixed, id: seq, seq, direction } })
}

const window = windowOfPage(page(11, 20))

function closed(seq: number): LogEntry {
  return logEntrySchema.parse({ seq, at: '2026-01-01T00:00:00.000Z', actor: null, kind: 'closed', data: {} })
}

function assigned(seq: number): LogEntry {
  const data = { operator: null }
  return logEntrySchema.parse({ seq, at: '2026-01-01T00:00:00.000Z', actor: null, kind: 'assigned', data })
}

describe('log window', () => {
  test('[SDK-2] a frame that only repeats changes nothing, one with a hole is not taken', () => {
    expect(appendFrame(window, { id: '1:20', events: log.slice(18) })).toBe(window)
    expect(appendFrame(window, { id: '1:22', events: [closed(22)] })).toBeNull()
    expect(appendFrame(window, { id: '1:21', events: [...log.slice(19), closed(21)] })).toMatchObject({ have: 21 })
  })

  test('[SDK-5] an older page of another history, or one that does not touch the window, is not taken', () => {
    expect(prependPage(window, page(1, 10, 2))).toBe(window)
    expect(prependPage(window, page(1, 9))).toBe(window)
    expect(prependPage(window, page(5, 12)).entries.map((entry) => entry.seq)[0]).toBe(5)
  })

  test('[SDK-19] each mark rises by itself and never goes back, and what was read has arrived', () => {
    const userId = userIdSchema.parse(7)
    const mark = (role: Role, deliveredSeq: number, readSeq: number) =>
      ({ t: 'rcpt', userId, role, deliveredSeq, readSeq }) as const
    const marked = [mark('client', 5, 3), mark('operator', 0, 4), mark('client', 4, 2)].reduce(raiseMarks, window)
    expect(marked).toMatchObject({ read: { client: 3, operator: 4 }, delivered: { client: 5, operator: 4 } })
    expect(raiseMarks(marked, mark('client', 5, 1))).toBe(marked)
  })

  test('[SDK-19] what others have written is to be told as delivered, once', () => {
    const events = [message(21, 'in'), message(22, 'out'), closed(23)]
    const taken = appendFrame(window, { id: '1:23', events }) ?? window
    expect(undelivered(taken, ({ direction }) => direction === 'in')).toBe(21)
    expect(undelivered(taken, ({ direction }) => direction === 'out')).toBe(22)
    const delivered = { client: 22, operator: 20 }
    expect(undelivered({ ...taken, delivered }, ({ direction }) => direction === 'out')).toBeNull()
    expect(undelivered(window, () => true)).toBeNull()
  })

  test('[SDK-2] the newest entry that tells says whether the chat is open', () => {
    const status = (entries: LogEntry[], hasMore = false) => chatStatusOf({ entries, hasMore })
    expect(status([...log, closed(21)])).toBe('closed')
    expect(status([closed(1), assigned(2)])).toBe('open')
    expect(status([])).toBe('open')
    expect(status([], true)).toBe('unknown')
  })
})
