import type { LogEntry } from '@deskbell/contract/events'
import type { PendingMessage } from '../outbox/pending-message.ts'
import { type Queue, type QueueItem, toPending } from '../outbox/queue-state.ts'
import { chatStatusOf, type LogWindow } from './log-window.ts'
import type { PeopleState } from './people.ts'
import type { Timeline } from './timeline.ts'
import type { TimelineState } from './timeline-state.ts'

const noEntries: readonly LogEntry[] = []
const nothing: Timeline['read'] = { client: 0, operator: 0 }

const statuses: Record<TimelineState['kind'], Timeline['status']> = {
  loading: 'loading',
  'catching-up': 'catching-up',
  live: 'live',
  reloading: 'catching-up',
  paused: 'catching-up',
  failed: 'failed',
  stopped: 'catching-up',
}

type Waiting = { readonly queue: Queue; readonly fileMessages: readonly PendingMessage[] }

/** Makes snapshots of a timeline: the same object as before when nothing that is shown has changed. */
export function createTimelineView(): (state: TimelineState, waiting: Waiting, people: PeopleState) => Timeline {
  const showWaiting = createWaitingView()
  let shown: Timeline | null = null
  return (state, waiting, people) => {
    const next = { ...picture(state, showWaiting(waiting)), typing: people.typing, presence: people.presence }
    if (shown === null || !isSame(shown, next)) shown = next
    return shown
  }
}

function picture(state: TimelineState, pending: readonly PendingMessage[]): Omit<Timeline, 'typing' | 'presence'> {
  const window: LogWindow | null = state.kind === 'loading' ? null : state.window
  return {
    status: window === null && state.kind === 'paused' ? 'loading' : statuses[state.kind],
    error: state.kind === 'failed' ? state.code : null,
    entries: window?.entries ?? noEntries,
    edits: window?.edits ?? noEntries,
    pending,
    hasMore: window?.hasMore ?? false,
    loadingOlder: state.loadingOlder,
    read: window?.read ?? nothing,
    delivered: window?.delivered ?? nothing,
    chatStatus: window === null ? 'unknown' : chatStatusOf(window),
  }
}

function isSame(a: Timeline, b: Timeline): boolean {
  const keys: (keyof Timeline)[] = [
    'status',
    'error',
    'entries',
    'edits',
    'pending',
    'hasMore',
    'loadingOlder',
    'read',
    'delivered',
    'typing',
    'presence',
    'chatStatus',
  ]
  return keys.every((key) => Object.is(a[key], b[key]))
}

/**
 * A pending message stays the same object until it changes, and so does the list. Messages that wait for their files
 * come last: the others overtake them.
 */
function createWaitingView(): (waiting: Waiting) => readonly PendingMessage[] {
  const shown = new WeakMap<QueueItem, PendingMessage>()
  let list: readonly PendingMessage[] = []
  const show = (item: QueueItem, files: PendingMessage['files']) => {
    const before = shown.get(item)
    const pending = before?.files === files && before !== undefined ? before : { ...toPending(item), files }
    shown.set(item, pending)
    return pending
  }
  return ({ queue, fileMessages }) => {
    const filesOf = new Map(fileMessages.map(({ clientMsgId, files }) => [clientMsgId, files]))
    const queued = queue.map((item) => show(item, filesOf.get(item.clientMsgId)))
    const ids = new Set(queue.map(({ clientMsgId }) => clientMsgId))
    const uploading = fileMessages.filter(({ clientMsgId, state }) => state !== 'sending' && !ids.has(clientMsgId))
    const next = [...queued, ...uploading]
    if (next.length !== list.length || next.some((pending, index) => pending !== list[index])) list = next
    return list
  }
}
