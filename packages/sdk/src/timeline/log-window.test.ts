import { type LogEntry, logEntrySchema, type PageOutput } from '@deskbell/contract/events'
import { userIdSchema } from '@deskbell/contract/ids'
import type { Direction } from '@deskbell/contract/messages'
import type { Role } from '@deskbell/contract/users'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModelServer } from '../testing/model-server.ts'
import {
  appendFrame,
  chatStatusOf,
  continueWindow,
  entriesAfter,
  newestPage,
  prependPage,
  raiseMarks,
  replaceWindow,
  undelivered,
  windowOfPage,
} from './log-window.ts'

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

function edited(seq: number, messageId: number, text: string): LogEntry {
  const data = { messageId, text }
  return logEntrySchema.parse({ seq, at: '2026-01-01T00:00:00.000Z', actor: null, kind: 'edited', data })
}

const userId = userIdSchema.parse(7)
const mark = (role: Role, deliveredSeq: number, readSeq: number) =>
  ({ t: 'rcpt', userId, role, deliveredSeq, readSeq }) as const

describe('log window', () => {
  test('[SDK-2] a frame of repeats changes nothing, one with a gap is rejected', () => {
    expect(appendFrame(window, { id: '1:20', events: log.slice(18) })).toBe(window)
    expect(appendFrame(window, { id: '1:22', events: [closed(22)] })).toBeNull()
    expect(appendFrame(window, { id: '1:23', events: [closed(21), closed(23)] })).toBeNull()
    expect(appendFrame(window, { id: '1:21', events: [...log.slice(19), closed(21)] })).toMatchObject({ have: 21 })
  })

  test('[SDK-5] an older page of another history, or one that does not touch the window, is ignored', () => {
    expect(prependPage(window, page(1, 10, 2))).toBe(window)
    expect(prependPage(window, page(1, 9))).toBe(window)
    expect(prependPage(window, page(5, 12)).entries.map((entry) => entry.seq)[0]).toBe(5)
  })

  test('[SDK-19] each mark rises independently and never goes back, and read implies delivered', () => {
    const marked = [mark('client', 5, 3), mark('operator', 0, 4), mark('client', 4, 2)].reduce(raiseMarks, window)
    expect(marked).toMatchObject({ read: { client: 3, operator: 4 }, delivered: { client: 5, operator: 4 } })
    expect(raiseMarks(marked, mark('client', 5, 1))).toBe(marked)
  })

  test.each([
    ['delivered', mark('client', 6, 3), { read: { client: 3, operator: 0 }, delivered: { client: 6, operator: 0 } }],
    ['read', mark('client', 0, 5), { read: { client: 5, operator: 0 }, delivered: { client: 5, operator: 0 } }],
  ] as const)('[SDK-19] a mark of which only `%s` is new raises it', (_, raised, marks) => {
    const marked = raiseMarks(window, mark('client', 5, 3))
    expect(raiseMarks(marked, raised)).toMatchObject(marks)
    expect(raiseMarks(window, mark('client', 0, 0))).toBe(window)
  })

  test('[SDK-19] messages of others are to be reported as delivered, once', () => {
    const events = [message(21, 'in'), message(22, 'out'), closed(23)]
    const taken = appendFrame(window, { id: '1:23', events }) ?? window
    expect(undelivered(taken, ({ direction }) => direction === 'in')).toBe(21)
    expect(undelivered(taken, ({ direction }) => direction === 'out')).toBe(22)
    const delivered = { client: 22, operator: 20 }
    expect(undelivered({ ...taken, delivered }, ({ direction }) => direction === 'out')).toBeNull()
    expect(undelivered({ ...taken, delivered }, ({ direction }) => direction === 'in')).toBe(21)
    const known = { client: 0, operator: 21 }
    expect(undelivered({ ...taken, delivered: known }, ({ direction }) => direction === 'in')).toBeNull()
    expect(undelivered(window, () => true)).toBeNull()
  })

  test.each([
    ['closed', [...log, closed(21)], 'closed'],
    ['closed', [closed(1)], 'closed'],
    ['closed', [closed(1), edited(2, 1, 'new')], 'closed'],
    ['open', log.slice(0, 1), 'open'],
    ['open', [closed(1), assigned(2)], 'open'],
    ['open', [closed(1), message(2, 'in'), edited(3, 2, 'new')], 'open'],
    ['open at first', [], 'open'],
    ['open at first', [edited(1, 1, 'new')], 'open'],
  ] as const)('[SDK-2] the newest conclusive entry says that the chat is %s', (_, entries, status) => {
    expect(chatStatusOf({ entries, hasMore: false })).toBe(status)
    const isConclusive = entries.some(({ kind }) => kind !== 'edited')
    expect(chatStatusOf({ entries, hasMore: true })).toBe(isConclusive ? status : 'unknown')
  })

  test.each([
    { limit: 10, hasMore: false, first: 11, more: false },
    { limit: 9, hasMore: false, first: 12, more: true },
    { limit: 11, hasMore: true, first: 11, more: true },
    { limit: 3, hasMore: true, first: 18, more: true },
  ])('[SDK-20] the page to store has the newest $limit entries, and says whether older exist', (row) => {
    const stored = newestPage({ ...window, hasMore: row.hasMore }, row.limit)
    expect(stored).toMatchObject({ hasMore: row.more, cursor: '1:20' })
    expect(stored.entries).toEqual(log.slice(row.first - 1))
  })

  test('[SDK-5] an older page without entries says that there are no older ones', () => {
    expect(window.hasMore).toBe(true)
    expect(prependPage(window, page(1, 0))).toMatchObject({ hasMore: false, entries: window.entries })
  })

  test('[SDK-5] a replaced window keeps the objects of the entries that are the same', () => {
    const newer = windowOfPage(JSON.parse(JSON.stringify(page(5, 20))))
    const changed = { ...newer, entries: [...newer.entries.slice(0, 15), closed(20)] }
    const { entries, ...rest } = replaceWindow(window, changed)
    expect(entries).toEqual(changed.entries)
    expect(rest).toMatchObject({ have: 20, hasMore: true })
    expect(entries.slice(6, 15).every((entry, index) => entry === window.entries[index])).toBe(true)
  })
})

test('[SDK-2] the entries after a `seq` are found wherever the window begins and ends', () => {
  const entries = new ModelServer(20).slice().slice(10)
  const behind = (seq: number) => entriesAfter(entries, seq).map((entry) => entry.seq)
  expect(behind(17)).toEqual([18, 19, 20])
  expect([behind(20), behind(25)]).toEqual([[], []])
  expect([behind(10).length, behind(0).length]).toEqual([10, 10])
  expect(entriesAfter([], 5)).toEqual([])
})

const at = '2026-01-01T00:00:00.000Z'

/** An entry to add to the log: a message, or a change of an earlier message. */
type Change = { kind: 'message' } | { kind: 'edited' | 'retracted'; of: number }

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('message' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('edited' as const, 'retracted' as const), of: fc.nat() }) },
)

/** A log that the server could have: a retracted message is not changed again. */
class ModelLog {
  #changes: { kind: Change['kind']; messageId: number }[] = []

  constructor(changes: readonly Change[]) {
    for (const each of changes) this.#add(each)
  }

  get length(): number {
    return this.#changes.length
  }

  /** The page that is read while the log has `length` entries. */
  page(length: number, fromSeq = 1, toSeq = length): PageOutput {
    const entries = this.#changes.slice(0, length).map((_, index) => this.#entry(index + 1, length))
    const none = { client: 0, operator: 0 }
    const shown = entries.slice(fromSeq - 1, toSeq)
    return { entries: shown, cursor: `e:${toSeq}`, hasMore: fromSeq > 1, read: none, delivered: none }
  }

  #add(each: Change): void {
    const messageId = this.#changes.length + 1
    if (each.kind === 'message') {
      this.#changes.push({ kind: 'message', messageId })
      return
    }
    const open = this.#changes.filter(({ kind, messageId: id }) => kind === 'message' && !this.#isRetracted(id))
    const target = open[each.of % open.length]
    if (target !== undefined) this.#changes.push({ kind: each.kind, messageId: target.messageId })
  }

  #isRetracted(messageId: number, length = this.length): boolean {
    return this.#changes.slice(0, length).some((each) => each.kind === 'retracted' && each.messageId === messageId)
  }

  #entry(seq: number, length: number): LogEntry {
    const { kind, messageId } = this.#changes[seq - 1] ?? { kind: 'message', messageId: seq }
    const gone = this.#isRetracted(messageId, length)
    const shape = { seq, at, actor: null, kind }
    if (kind === 'retracted') return logEntrySchema.parse({ ...shape, data: { messageId } })
    const text = gone ? '' : `text of ${seq}`
    if (kind === 'edited') return logEntrySchema.parse({ ...shape, data: { messageId, text } })
    const last = this.#changes.slice(0, length).findLastIndex((each) => each.messageId === messageId) + 1
    const fixed = { chatId: 1, userId: 1, direction: 'in', type: 'text', status: 'new', clientMsgId: null }
    const message = { ...fixed, id: messageId, seq, createdAt: at, text: gone ? '' : `text of ${last}` }
    return logEntrySchema.parse({ ...shape, message })
  }
}

const logs = fc.array(change, { minLength: 2, maxLength: 40 }).map((changes) => new ModelLog(changes))

describe('applyEdits', () => {
  test('[LIVE-20] a page with the entries that follow it equals the page that is loaded later', () => {
    fc.assert(
      fc.property(logs, fc.nat(), fc.nat(), (log, a, b) => {
        const [page, frame] = [a % (log.length + 1), b % (log.length + 1)].sort((one, two) => one - two)
        const later = log.page(frame ?? 0, (page ?? 0) + 1)
        const last = log.page(log.length, (frame ?? 0) + 1)
        const first = windowOfPage(log.page(page ?? 0))
        const second = appendFrame(first, { id: 'e:1', events: later.entries })
        const window = second && appendFrame(second, { id: `e:${log.length}`, events: last.entries })
        expect(window?.entries).toEqual(log.page(log.length).entries)
      }),
    )
  })

  test('[LIVE-20] changes are applied to an older page that was read before them', () => {
    fc.assert(
      fc.property(logs, fc.nat(), fc.nat(), (log, a, b) => {
        const readAt = 1 + (a % log.length)
        const from = 1 + (b % readAt)
        const window = windowOfPage(log.page(log.length, from))
        const older = log.page(readAt, 1, from - 1)
        expect(prependPage(window, older).entries).toEqual(log.page(log.length).entries)
      }),
    )
  })

  test('[LIVE-20] changes of the page after a reset are applied to the entries shown before', () => {
    fc.assert(
      fc.property(logs, fc.nat(), (log, a) => {
        const shown = windowOfPage(log.page(a % (log.length + 1)))
        const newer = windowOfPage(log.page(log.length, shown.have + 1))
        expect(continueWindow(shown, newer).entries).toEqual(log.page(log.length).entries)
      }),
    )
  })

  test('[MSG-15] no text of a retracted message is left in memory', () => {
    const log = new ModelLog([{ kind: 'message' }, { kind: 'edited', of: 0 }, { kind: 'retracted', of: 0 }])
    const window = appendFrame(windowOfPage(log.page(2)), { id: 'e:3', events: log.page(3, 3).entries })
    expect(JSON.stringify(window)).not.toContain('text of')
  })

  test('[LIVE-20] unchanged entries stay the same objects', () => {
    const log = new ModelLog([{ kind: 'message' }, { kind: 'message' }, { kind: 'edited', of: 1 }])
    const before = windowOfPage(log.page(2))
    const after = appendFrame(before, { id: 'e:3', events: log.page(3, 3).entries })
    expect(after?.entries[0]).toBe(before.entries[0])
    expect(after?.entries[1]).not.toBe(before.entries[1])
  })

  test('[LIVE-20] an entry that is as before after several changes stays the same object', () => {
    const before = windowOfPage({ ...page(1, 0), entries: [message(1, 'in')] })
    const after = appendFrame(before, { id: '1:3', events: [edited(2, 1, 'other'), edited(3, 1, 'x')] })
    expect(after?.entries[0]).toBe(before.entries[0])
  })

  test('[MSG-15] a page that was read after a retraction is not changed by what was written before it', () => {
    const log = new ModelLog([{ kind: 'message' }, { kind: 'edited', of: 0 }, { kind: 'retracted', of: 0 }])
    const window = prependPage(windowOfPage(log.page(2, 2)), log.page(3, 1, 1))
    expect(window.entries[0]).toMatchObject({ message: { text: '' } })
    const shown = windowOfPage(log.page(3, 1, 2))
    const after = appendFrame(shown, { id: 'e:3', events: log.page(3, 3).entries })
    expect(after?.entries.slice(0, 2).every((entry, index) => entry === shown.entries[index])).toBe(true)
  })

  test('[LIVE-20] the changes among the entries are listed, the same list until there is another one', () => {
    const log = new ModelLog([{ kind: 'message' }, { kind: 'edited', of: 0 }, { kind: 'message' }])
    const window = windowOfPage(log.page(2))
    expect(window.edits).toEqual(window.entries.slice(1))
    expect(appendFrame(window, { id: 'e:3', events: log.page(3, 3).entries })?.edits).toBe(window.edits)
  })
})
