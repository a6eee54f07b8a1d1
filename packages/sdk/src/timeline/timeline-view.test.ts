import type { PageOutput } from '@deskbell/contract/events'
import { userIdSchema } from '@deskbell/contract/ids'
import { describe, expect, test } from 'vitest'
import type { PendingMessage } from '../outbox/pending-message.ts'
import { emptyQueue, enqueue, markSending, type Queue } from '../outbox/queue-state.ts'
import { ModelServer } from '../testing/model-server.ts'
import { windowOfPage } from './log-window.ts'
import { nobody, type PeopleState } from './people.ts'
import { startTimeline, type TimelineState } from './timeline-state.ts'
import { createTimelineView } from './timeline-view.ts'

const none = { client: 0, operator: 0 }
const log = new ModelServer(3).slice()
const page: PageOutput = { entries: log, cursor: '1:3', hasMore: false, read: none, delivered: none }
const window = windowOfPage(page)
const common = { attempt: 0, top: 3, loadingOlder: false }
const live: TimelineState = { kind: 'live', window, ...common }
const loading = startTimeline().state
const failed: TimelineState = { kind: 'failed', window, code: 'not_found', ...common }
const userId = userIdSchema.parse(2)

function added(queue: Queue, clientMsgId: string): Queue {
  return enqueue(queue, { clientMsgId, text: 'x', createdAt: '2026-01-01T00:00:00.000Z', waitsSince: 0 })
}

type Given = {
  state?: TimelineState
  queue?: Queue
  fileMessages?: readonly PendingMessage[]
  people?: PeopleState
}

function viewer() {
  const view = createTimelineView()
  return ({ state = live, queue = emptyQueue, fileMessages = [], people = nobody }: Given) =>
    view(state, { queue, fileMessages }, people)
}

describe('the snapshot of a timeline', () => {
  test.each([
    ['before the first page', loading, { status: 'loading', error: null }],
    ['while the first page waits', { kind: 'paused', window: null, reloads: false, ...common }, { status: 'loading' }],
    ['while a stream waits', { kind: 'paused', window, reloads: false, ...common }, { status: 'catching-up' }],
    ['while it catches up', { ...live, kind: 'catching-up' }, { status: 'catching-up' }],
    ['when it has everything', live, { status: 'live', error: null }],
    ['when it is refused', failed, { status: 'failed', error: 'not_found' }],
    ['when it is refused at first', { ...failed, window: null }, { status: 'failed', error: 'not_found' }],
    ['when it is stopped', { kind: 'stopped', window, ...common }, { status: 'catching-up', error: null }],
  ] satisfies [string, TimelineState, object][])('[SDK-2] its status %s', (_, state, shown) => {
    expect(viewer()({ state })).toMatchObject(shown)
  })

  test('[SDK-2] it says nothing about a log of which nothing is loaded', () => {
    expect(viewer()({ state: loading })).toEqual({
      status: 'loading',
      error: null,
      entries: [],
      edits: [],
      pending: [],
      hasMore: false,
      loadingOlder: false,
      read: none,
      delivered: none,
      typing: [],
      presence: null,
      chatStatus: 'unknown',
    })
  })

  test('[SDK-2] it shows what is loaded', () => {
    const marks = { read: { client: 1, operator: 2 }, delivered: { client: 2, operator: 3 } }
    const state: TimelineState = { ...live, window: { ...window, ...marks, edits: log.slice(2), hasMore: true } }
    expect(viewer()({ state })).toMatchObject({ ...marks, entries: log, chatStatus: 'open', hasMore: true })
    expect(viewer()({ state }).edits).toEqual(log.slice(2))
  })

  test.each([
    ['status', { state: { ...live, kind: 'catching-up' } }],
    ['entries', { state: { ...live, window: { ...window, entries: log.slice(1) } } }],
    ['edits', { state: { ...live, window: { ...window, edits: log.slice(1) } } }],
    ['pending', { queue: added(emptyQueue, 'a') }],
    ['hasMore', { state: { ...live, window: { ...window, hasMore: true } } }],
    ['loadingOlder', { state: { ...live, loadingOlder: true } }],
    ['read', { state: { ...live, window: { ...window, read: { client: 1, operator: 0 } } } }],
    ['delivered', { state: { ...live, window: { ...window, delivered: { client: 1, operator: 0 } } } }],
    ['typing', { people: { ...nobody, typing: [{ userId, role: 'client' }] } }],
    ['presence', { people: { ...nobody, presence: { online: true, seenAt: null } } }],
  ] satisfies [string, Given][])('[SDK-2] another %s makes another one, and nothing else does', (key, given) => {
    const view = viewer()
    const before = view({})
    expect(view({ state: { ...live, attempt: 1, top: 4 } })).toBe(before)
    const after = view(given)
    const changed = Object.entries(after).filter(([name, value]) => !Object.is(value, Reflect.get(before, name)))
    expect(changed.map(([name]) => name)).toEqual([key])
    expect(view(given)).toBe(after)
  })

  test('[SDK-2] another reason of a failure makes another one', () => {
    const view = viewer()
    view({ state: failed })
    expect(view({ state: { ...failed, code: 'forbidden' } }).error).toBe('forbidden')
  })

  test('[SDK-12] a pending message, and their list, stay the same objects until they change', () => {
    const view = viewer()
    const queue = added(added(emptyQueue, 'a'), 'b')
    const before = view({ queue })
    expect(view({ queue: [...queue] })).toBe(before)
    const { pending } = view({ queue: markSending(queue, queue.slice(1)) })
    expect(pending.map(({ state }) => state)).toEqual(['queued', 'sending'])
    expect(pending[0]).toBe(before.pending[0])
    expect(view({ queue: queue.slice(0, 1) }).pending).toEqual([before.pending[0]])
  })
})
