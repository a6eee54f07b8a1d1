import { logEntrySchema } from '@deskbell/contract/events'
import { describe, expect, test } from 'vitest'
import { type ShownRange, wholeLog } from './shown-range.ts'
import { type MessageItem, timelineItems, type Viewer, type VisibleTimeline } from './timeline-items.ts'

const viewer: Viewer = { id: 1, name: 'Igor', role: 'client', unreadFrom: null }
const names: Record<number, string> = { 1: 'Igor', 2: 'Olga' }

type Given = { seq: number; userId?: number; at?: string; clientMsgId?: string | null }

function message({
  seq,
  userId = 2,
  at = `2026-03-03T12:00:${String(seq).padStart(2, '0')}.000Z`,
  clientMsgId = null,
}: Given) {
  const client = userId === 1
  return logEntrySchema.parse({
    seq,
    at,
    kind: 'message',
    actor: { id: userId, name: names[userId], role: client ? 'client' : 'operator' },
    message: {
      id: 100 + seq,
      chatId: 5,
      seq,
      userId,
      direction: client ? 'in' : 'out',
      type: 'text',
      text: `text ${seq}`,
      status: 'new',
      clientMsgId,
      createdAt: at,
    },
  })
}

const nothing = { client: 0, operator: 0 }

function timeline(part: Partial<VisibleTimeline>): VisibleTimeline {
  const entries = part.entries ?? []
  const edits = entries.filter(({ kind }) => kind === 'edited' || kind === 'retracted')
  return { entries, edits, pending: [], delivered: nothing, read: nothing, ...part }
}

function messages(part: Partial<VisibleTimeline>, range = wholeLog): MessageItem[] {
  return timelineItems(timeline(part), viewer, range).filter((item) => item.type === 'message')
}

test('[WEB-4] a pending message and its stored one have one key, and are never shown together', () => {
  const pending = {
    clientMsgId: 'a',
    text: 'text 1',
    state: 'sending',
    code: null,
    createdAt: '2026-03-03T12:00:01.000Z',
  } as const
  const before = messages({ pending: [pending] })
  const after = messages({ pending: [pending], entries: [message({ seq: 1, userId: 1, clientMsgId: 'a' })] })
  expect(before.map(({ key, state }) => [key, state])).toEqual([['own-a', 'sending']])
  expect(after.map(({ key, state }) => [key, state])).toEqual([['own-a', 'sent']])
})

test('[WEB-24] the marks of the other side give own messages their state, and others have none', () => {
  const entries = [1, 2, 3].map((seq) => message({ seq, userId: 1 }))
  const marks = { delivered: { client: 4, operator: 2 }, read: { client: 4, operator: 1 } }
  expect(messages({ entries: [...entries, message({ seq: 4 })], ...marks }).map(({ state }) => state)).toEqual([
    'read',
    'delivered',
    'sent',
    null,
  ])
})

test('[WEB-24] in a run of equal states only the last shows its icon, and the newest read one a text', () => {
  const entries = [1, 2, 3, 4, 5].map((seq) => message({ seq, userId: 1 }))
  const marks = { delivered: { client: 0, operator: 4 }, read: { client: 0, operator: 2 } }
  expect(messages({ entries, ...marks }).map(({ state, statusDisplay }) => [state, statusDisplay])).toEqual([
    ['read', 'none'],
    ['read', 'text'],
    ['delivered', 'none'],
    ['delivered', 'icon'],
    ['sent', 'icon'],
  ])
})

test('[WEB-32] a message that waits since another day is last, not grouped, and begins no day', () => {
  const waits = (clientMsgId: string, state: 'held' | 'queued', createdAt: string) =>
    ({ clientMsgId, text: clientMsgId, state, code: null, createdAt }) as const
  const items = timelineItems(
    timeline({
      entries: [message({ seq: 1, userId: 1, at: '2026-03-05T12:00:00.000Z' })],
      pending: [waits('a', 'held', '2026-03-03T12:00:00.000Z'), waits('b', 'queued', '2026-03-05T12:01:00.000Z')],
    }),
    viewer,
    wholeLog,
  )
  expect(
    items.map((item) => (item.type === 'message' ? [item.state, item.statusDisplay, item.endsGroup] : item.type)),
  ).toEqual(['day', ['sent', 'icon', true], ['held', 'icon', true], ['queued', 'icon', true]])
})

test('[WEB-20] messages of one author within two minutes are a group, also across the full minute', () => {
  const entries = [
    message({ seq: 1, at: '2026-03-03T12:59:58.000Z' }),
    message({ seq: 2, at: '2026-03-03T13:00:01.000Z' }),
    message({ seq: 3, at: '2026-03-03T13:02:01.001Z' }),
    message({ seq: 4, at: '2026-03-03T13:04:01.001Z' }),
    message({ seq: 5, at: '2026-03-03T13:04:02.000Z', userId: 1 }),
  ]
  expect(messages({ entries }).map(({ startsGroup, endsGroup }) => [startsGroup, endsGroup])).toEqual([
    [true, false],
    [false, true],
    [true, false],
    [false, true],
    [true, true],
  ])
})

test('[WEB-20] each day has one separator, and the divider is above the first new message', () => {
  const entries = [
    message({ seq: 1, at: '2026-03-03T12:00:00.000Z' }),
    message({ seq: 2, at: '2026-03-05T12:00:00.000Z', userId: 1 }),
    message({ seq: 3, at: '2026-03-05T12:01:00.000Z' }),
  ]
  const items = timelineItems(timeline({ entries }), { ...viewer, unreadFrom: 2 }, wholeLog)
  expect(items.map(({ type }) => type)).toEqual(['day', 'message', 'day', 'message', 'unread', 'message'])
})

test('[WEB-20] an edit changes the text, a retraction removes it', () => {
  const change = { at: '2026-03-03T12:01:00.000Z', actor: null }
  const entries = [
    message({ seq: 1 }),
    message({ seq: 2 }),
    logEntrySchema.parse({ ...change, seq: 3, kind: 'edited', data: { messageId: 101, text: 'better' } }),
    logEntrySchema.parse({ ...change, seq: 4, kind: 'retracted', data: { messageId: 102 } }),
  ]
  expect(messages({ entries }).map(({ text, edited, retracted }) => [text, edited, retracted])).toEqual([
    ['better', true, false],
    ['', false, true],
  ])
})

test('[WEB-28] an own message that was edited and then retracted is shown only as retracted', () => {
  const change = { at: '2026-03-03T12:01:00.000Z', actor: null }
  const entries = [
    message({ seq: 1, userId: 1 }),
    logEntrySchema.parse({ ...change, seq: 2, kind: 'edited', data: { messageId: 101, text: '' } }),
    logEntrySchema.parse({ ...change, seq: 3, kind: 'retracted', data: { messageId: 101 } }),
  ]
  expect(messages({ entries })).toMatchObject([{ text: '', edited: false, retracted: true, state: null }])
})

test('[WEB-20] a message that needs attention is not grouped', () => {
  const createdAt = '2026-03-03T12:00:02.000Z'
  const sending = (id: string) => ({ clientMsgId: id, text: id, state: 'sending', code: null, createdAt }) as const
  const shown = messages({
    entries: [message({ seq: 1, userId: 1 })],
    pending: [{ ...sending('a'), state: 'failed', code: 'chat_closed' }, sending('b'), sending('c')],
  })
  expect(shown.map(({ startsGroup, endsGroup }) => [startsGroup, endsGroup])).toEqual([
    [true, true],
    [true, true],
    [true, false],
    [false, true],
  ])
})

describe('a part of the log', () => {
  test('[WEB-34] only messages of the range are shown, and pending ones only at the end of the log', () => {
    const entries = [1, 2, 3, 4].map((seq) => message({ seq }))
    const pending = [{ clientMsgId: 'a', text: 'a', state: 'queued', code: null, createdAt: '' }] as const
    const seqs = (range: ShownRange) => messages({ entries, pending }, range).map(({ seq }) => seq)
    expect(seqs({ from: 2, to: 3 })).toEqual([2, 3])
    expect(seqs({ from: 3, to: null })).toEqual([3, 4, null])
  })

  test('[WEB-34] an edit applies wherever it is in the log', () => {
    const data = { messageId: 101, text: 'better' }
    const edit = { seq: 3, at: '2026-03-03T12:01:00.000Z', actor: null, kind: 'edited', data }
    const entries = [message({ seq: 1 }), message({ seq: 2 }), logEntrySchema.parse(edit)]
    expect(messages({ entries }, { from: 1, to: 2 })[0]).toMatchObject({ text: 'better', edited: true })
  })

  test('[WEB-34] the divider and the text of the newest read message are shown only in their own places', () => {
    const entries = [1, 2, 3, 4].map((seq) => message({ seq, userId: 2 - (seq % 2) }))
    const read = { client: 0, operator: 3 }
    const types = (from: number) =>
      timelineItems(timeline({ entries }), { ...viewer, unreadFrom: 2 }, { from, to: null }).map(({ type }) => type)
    expect([types(2).includes('unread'), types(3).includes('unread')]).toEqual([true, false])
    const statusDisplay = (to: number | null) => messages({ entries, read }, { from: 1, to })[0]?.statusDisplay
    expect(statusDisplay(2)).toBe('icon')
    expect(messages({ entries, read }, { from: 1, to: 3 })[2]?.statusDisplay).toBe('text')
    expect(messages({ entries: entries.slice(0, 2), read }, { from: 1, to: null })[0]?.statusDisplay).toBe('text')
  })
})
