import { type LogEntry, logEntrySchema, type PageOutput } from '@deskbell/contract/events'
import { describe, expect, test } from 'vitest'
import { appendFrame, chatStatusOf, mergeRead, prependPage, windowOfPage } from './log-window.ts'
import { ModelServer } from './model-server.ts'

const log = new ModelServer(20).slice()

function page(fromSeq: number, toSeq: number, epoch = 1): PageOutput {
  const read = { client: 0, operator: 0 }
  return { entries: log.slice(fromSeq - 1, toSeq), cursor: `${epoch}:${toSeq}`, hasMore: fromSeq > 1, read }
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

  test('[SDK-2] each read mark rises by itself', () => {
    expect(mergeRead({ client: 5, operator: 2 }, { client: 3, operator: 4 })).toEqual({ client: 5, operator: 4 })
  })

  test('[SDK-2] the newest entry that tells says whether the chat is open', () => {
    const status = (entries: LogEntry[], hasMore = false) => chatStatusOf({ entries, hasMore })
    expect(status([...log, closed(21)])).toBe('closed')
    expect(status([closed(1), assigned(2)])).toBe('open')
    expect(status([])).toBe('open')
    expect(status([], true)).toBe('unknown')
  })
})
