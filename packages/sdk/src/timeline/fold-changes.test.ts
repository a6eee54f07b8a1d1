import { type LogEntry, logEntrySchema, type PageOutput } from '@deskbell/contract/events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appendFrame, continueWindow, prependPage, windowOfPage } from './log-window.ts'

const at = '2026-01-01T00:00:00.000Z'

/** What the server keeps: entries with the texts as they were written, and which message was retracted. */
type Change = { kind: 'message' } | { kind: 'edited' | 'retracted'; of: number }

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('message' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('edited' as const, 'retracted' as const), of: fc.nat() }) },
)

/** A log that the server could have: nothing retracted is changed again. */
class ModelLog {
  #changes: { kind: Change['kind']; messageId: number }[] = []

  constructor(changes: readonly Change[]) {
    for (const each of changes) this.#add(each)
  }

  get length(): number {
    return this.#changes.length
  }

  /** What a page says that was read when the log had `length` entries. */
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

describe('foldChanges', () => {
  test('[LIVE-20] a page with the entries that follow it is the page that a newcomer loads', () => {
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

  test('[LIVE-20] an older page that was read before a change came is folded too', () => {
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

  test('[LIVE-20] entries that were shown before a reset take the changes that the new page brings', () => {
    fc.assert(
      fc.property(logs, fc.nat(), (log, a) => {
        const shown = windowOfPage(log.page(a % (log.length + 1)))
        const newer = windowOfPage(log.page(log.length, shown.have + 1))
        expect(continueWindow(shown, newer).entries).toEqual(log.page(log.length).entries)
      }),
    )
  })

  test('[MSG-15] of a retracted message no text is left in memory', () => {
    const log = new ModelLog([{ kind: 'message' }, { kind: 'edited', of: 0 }, { kind: 'retracted', of: 0 }])
    const window = appendFrame(windowOfPage(log.page(2)), { id: 'e:3', events: log.page(3, 3).entries })
    expect(JSON.stringify(window)).not.toContain('text of')
  })

  test('[LIVE-20] entries that say the same stay the same objects', () => {
    const log = new ModelLog([{ kind: 'message' }, { kind: 'message' }, { kind: 'edited', of: 1 }])
    const before = windowOfPage(log.page(2))
    const after = appendFrame(before, { id: 'e:3', events: log.page(3, 3).entries })
    expect(after?.entries[0]).toBe(before.entries[0])
    expect(after?.entries[1]).not.toBe(before.entries[1])
  })
})
