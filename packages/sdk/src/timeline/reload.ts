import {
  continueWindow,
  isSameHistory,
  type LogWindow,
  prependPage,
  replaceWindow,
  windowOfPage,
} from './log-window.ts'
import { type EventOf, reloadEntries, type StateOf, type TimelineStep } from './timeline-state.ts'

/** A hole wider than this many pages is not filled: the newest pages stay, and `loadOlder` reaches the rest. */
const reloadPagesMax = 10

/** The position cannot be served: load the newest page. What is shown stays until the new window is whole. */
export function startReload(state: StateOf<'catching-up' | 'live' | 'reloading'>): TimelineStep {
  return {
    state: { ...state, kind: 'reloading', reload: { loaded: null, pages: 0 } },
    effects: [{ do: 'unfollow' }, { do: 'load', limit: reloadEntries }],
  }
}

/** One more page of the reload: done, or the page before it. */
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

/** Does the loaded window go back far enough, so that nothing that is shown gets lost? */
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

/** Known entries stay true in the same history, unless it ends before them. */
function isContinuation(shown: LogWindow, loaded: LogWindow): boolean {
  return isSameHistory(shown, loaded) && shown.have <= loaded.have
}
