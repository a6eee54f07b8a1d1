import type { ChatFrame } from '@deskbell/contract/events'
import {
  appendFrame,
  continueWindow,
  isSameHistory,
  type LogWindow,
  prependPage,
  raiseMarks,
  replaceWindow,
  windowOfPage,
} from './log-window.ts'
import {
  type EventOf,
  pageEntries,
  reloadEntries,
  type StateOf,
  type TimelineEffect,
  type TimelineEvent,
  type TimelineState,
  type TimelineStep,
} from './timeline-state.ts'

/** Returns the next state, and the effects to run. Pure and total: every state handles every event. */
export function nextTimeline(state: TimelineState, event: TimelineEvent): TimelineStep {
  const row: { readonly [T in TimelineEvent['t']]: (state: never, event: never) => TimelineStep } = table[state.kind]
  // `Table` checks the types of each cell; indexing with two unions loses their relation.
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
  /** Requests the page before the window. */
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
      if (window === null) return followAgain(state)
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
    // Not part of the log: see `people.ts`.
    case 'typing':
    case 'presence':
      return same(state)
  }
  // A newer server may send frames that this program does not know.
  return same(state)
}

/** The server reports how far its log goes. Missing entries get a moment to arrive; then the stream is reopened. */
function onTop(state: Following, top: number): TimelineStep {
  if (top > state.window.have) return { state: { ...state, top }, effects: [{ do: 'watch' }] }
  return same(state.kind === 'live' && state.top === top ? state : { ...state, kind: 'live', top, attempt: 0 })
}

/** Reopens the stream at the end of the window: at once the first time, then after a wait. */
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

function commonOf({ attempt, top, loadingOlder }: TimelineState) {
  return { attempt, top, loadingOlder }
}

/** A gap of more pages than this is not filled: the newest pages stay, and `loadOlder` loads the rest. */
const reloadPagesMax = 10

/** The server cannot resume here: load the newest page. The shown window stays until the new one is complete. */
export function startReload(state: StateOf<'catching-up' | 'live' | 'reloading'>): TimelineStep {
  return {
    state: { ...state, kind: 'reloading', reload: { loaded: null, pages: 0 } },
    effects: [{ do: 'unfollow' }, { do: 'load', limit: reloadEntries }],
  }
}

/** Adds a page to the reload, and finishes or requests the page before it. */
export function reloadStep(state: StateOf<'reloading'>, { page }: EventOf<'page'>): TimelineStep {
  const { loaded, pages } = state.reload
  if (loaded !== null && !isSameHistory(loaded, page)) return startReload(state)
  const joined = loaded === null ? windowOfPage(page) : prependPage(loaded, page)
  const beforeSeq = joined.entries[0]?.seq
  if (pages + 1 < reloadPagesMax && beforeSeq !== undefined && joined.hasMore && !reaches(state.window, joined)) {
    const reload = { loaded: joined, pages: pages + 1 }
    return { state: { ...state, reload }, effects: [{ do: 'load', beforeSeq, limit: reloadEntries }] }
  }
  return finish(state, joined)
}

/** Reports whether the loaded window goes back far enough, so that no shown entry is lost. */
function reaches(shown: LogWindow, loaded: LogWindow): boolean {
  const shownFrom = shown.entries[0]?.seq
  const loadedFrom = loaded.entries[0]?.seq ?? 1
  if (shownFrom === undefined) return true
  return loadedFrom <= (isContinuation(shown, loaded) ? shown.have + 1 : shownFrom)
}

function finish(state: StateOf<'reloading'>, loaded: LogWindow): TimelineStep {
  const { reload: _, window: shown, ...common } = state
  const continues = isContinuation(shown, loaded) && reaches(shown, loaded) && shown.entries.length > 0
  const window = continues ? continueWindow(shown, loaded) : replaceWindow(shown, loaded)
  return {
    state: { ...common, kind: 'catching-up', window, loadingOlder: false, top: window.have, attempt: 0 },
    effects: [{ do: 'follow', cursor: window.cursor }],
  }
}

/** Shown entries stay valid in the same history, unless it ends before them. */
function isContinuation(shown: LogWindow, loaded: LogWindow): boolean {
  return isSameHistory(shown, loaded) && shown.have <= loaded.have
}
