import type { ChatFrame } from '@deskbell/contract/events'
import { appendFrame, type LogWindow, prependPage, raiseMarks, windowOfPage } from './log-window.ts'
import { reloadStep, startReload } from './reload.ts'
import {
  type EventOf,
  pageEntries,
  type StateOf,
  type TimelineEffect,
  type TimelineEvent,
  type TimelineState,
  type TimelineStep,
} from './timeline-state.ts'

/** One step of the machine. Pure and total: every state answers every event. */
export function nextTimeline(state: TimelineState, event: TimelineEvent): TimelineStep {
  const row: { readonly [T in TimelineEvent['t']]: (state: never, event: never) => TimelineStep } = table[state.kind]
  // `Table` proves the cells; indexing with two unions loses how they belong together.
  return row[event.t](state as never, event as never)
}

type Row<S extends TimelineState> = {
  readonly [T in TimelineEvent['t']]: (state: S, event: EventOf<T>) => TimelineStep
}
type Table = { readonly [K in TimelineState['kind']]: Row<StateOf<K>> }
type Following = StateOf<'catching-up' | 'live'>

const same = (state: TimelineState): TimelineStep => ({ state, effects: [] })

const stop = (state: TimelineState): TimelineStep => ({
  state: { ...commonOf(state), kind: 'stopped', window: windowOf(state), loadingOlder: false },
  effects: [{ do: 'unfollow' }],
})

const older = {
  /** Asks for the page before the window. */
  older: (state: TimelineState): TimelineStep => {
    const window = windowOf(state)
    const beforeSeq = window?.entries[0]?.seq
    if (window === null || beforeSeq === undefined || !window.hasMore || state.loadingOlder) return same(state)
    return { state: { ...state, loadingOlder: true }, effects: [{ do: 'loadOlder', beforeSeq }] }
  },
  olderPage: (state: TimelineState, event: EventOf<'olderPage'>): TimelineStep => {
    const window = windowOf(state)
    if (window === null || !state.loadingOlder) return same(state)
    return same({ ...withWindow(state, prependPage(window, event.page)), loadingOlder: false })
  },
  olderFailed: (state: TimelineState): TimelineStep =>
    same(state.loadingOlder ? { ...state, loadingOlder: false } : state),
}

const following: Row<Following> = {
  ...older,
  page: same,
  pageFailed: same,
  frame: (state, event) => onFrame(state, event.id, event.frame),
  lost: (state) => same(state.kind === 'live' ? { ...state, kind: 'catching-up' } : state),
  streamEnded: (state, event) => failOrWait(state, event),
  behind: (state) => (state.top > state.window.have ? followAgain(state) : same(state)),
  resume: same,
  stop,
}

const table: Table = {
  loading: {
    ...older,
    page: (state, { page }) => {
      const window = windowOfPage(page)
      const effects: TimelineEffect[] = [{ do: 'follow', cursor: window.cursor }]
      return { state: { ...state, kind: 'catching-up', window, top: window.have, attempt: 0 }, effects }
    },
    pageFailed: (state, event) => failOrWait(state, event),
    frame: same,
    lost: same,
    streamEnded: same,
    behind: same,
    resume: same,
    stop,
  },
  'catching-up': following,
  live: following,
  reloading: {
    ...older,
    page: reloadStep,
    pageFailed: (state, event) => failOrWait(state, event),
    frame: same,
    lost: same,
    streamEnded: same,
    behind: same,
    resume: same,
    stop,
  },
  paused: {
    ...older,
    page: same,
    pageFailed: same,
    frame: same,
    lost: same,
    streamEnded: same,
    behind: same,
    resume: (state) => goOn(state, state.reloads),
    stop,
  },
  failed: {
    ...older,
    page: same,
    pageFailed: same,
    frame: same,
    lost: same,
    streamEnded: same,
    behind: same,
    resume: (state) => goOn(state, false),
    stop,
  },
  stopped: {
    older: same,
    olderPage: same,
    olderFailed: same,
    page: same,
    pageFailed: same,
    frame: same,
    lost: same,
    streamEnded: same,
    behind: same,
    resume: same,
    stop: same,
  },
}

function onFrame(state: Following, id: string, frame: ChatFrame): TimelineStep {
  switch (frame.t) {
    case 'ev': {
      const window = appendFrame(state.window, { id, events: frame.events })
      if (window === null) return followAgain({ ...state, gaps: state.gaps + 1 })
      return same({ ...state, window, attempt: window === state.window ? state.attempt : 0 })
    }
    case 'live':
    case 'hb':
      return onTop(state, frame.top)
    case 'reset':
      return startReload(state)
    case 'rcpt': {
      const window = raiseMarks(state.window, frame)
      return same(window === state.window ? state : { ...state, window })
    }
    // No part of the log: see `people-state.ts`.
    case 'typing':
    case 'presence':
      return same(state)
  }
  // A newer server may send what this program does not know yet.
  return same(state)
}

/** The server tells how far its log goes. What is missing gets a moment to come; then the stream is opened anew. */
function onTop(state: Following, top: number): TimelineStep {
  if (top > state.window.have) return { state: { ...state, top }, effects: [{ do: 'watch' }] }
  return same(state.kind === 'live' && state.top === top ? state : { ...state, kind: 'live', top, attempt: 0 })
}

/** From where we stand: at once the first time, after a wait when that did not help. */
function followAgain(state: Following): TimelineStep {
  const next: StateOf<'catching-up'> = { ...state, kind: 'catching-up', attempt: state.attempt + 1 }
  if (state.attempt === 0) return { state: next, effects: [{ do: 'follow', cursor: state.window.cursor }] }
  return wait({ ...next, kind: 'paused', reloads: false }, 0)
}

function failOrWait(
  state: StateOf<'loading' | 'catching-up' | 'live' | 'reloading'>,
  event: EventOf<'pageFailed' | 'streamEnded'>,
): TimelineStep {
  const common = { ...commonOf(state), attempt: state.attempt + 1, window: windowOf(state) }
  if (event.final && event.code !== null) {
    return { state: { ...common, kind: 'failed', code: event.code }, effects: [{ do: 'unfollow' }] }
  }
  return wait({ ...common, kind: 'paused', reloads: state.kind === 'reloading' }, event.afterMs)
}

function wait(state: StateOf<'paused'>, atLeastMs: number): TimelineStep {
  return { state, effects: [{ do: 'unfollow' }, { do: 'wait', attempt: state.attempt - 1, atLeastMs }] }
}

function goOn(state: StateOf<'paused' | 'failed'>, reloads: boolean): TimelineStep {
  const { window } = state
  const common = commonOf(state)
  if (window === null) return { state: { ...common, kind: 'loading' }, effects: [{ do: 'load', limit: pageEntries }] }
  if (reloads) return startReload({ ...common, kind: 'catching-up', window })
  return { state: { ...common, kind: 'catching-up', window }, effects: [{ do: 'follow', cursor: window.cursor }] }
}

function windowOf(state: TimelineState): LogWindow | null {
  return state.kind === 'loading' ? null : state.window
}

function withWindow(state: TimelineState, window: LogWindow): TimelineState {
  return state.kind === 'loading' ? state : { ...state, window }
}

function commonOf({ attempt, top, loadingOlder, gaps }: TimelineState) {
  return { attempt, top, loadingOlder, gaps }
}
