import type { ResetReason } from '@deskbell/contract/events'
import { continueWindow, type LogWindow, prependPage, replaceWindow, windowOfPage } from './log-window.ts'
import { type EventOf, reloadEntries, type StateOf, type TimelineStep } from './timeline-state.ts'

/** A hole wider than this many pages is not filled: the newest pages stay, and `loadOlder` reaches the rest. */
const reloadPagesMax = 10

/** The position cannot be served: load the newest page. What is shown stays until the new window is whole. */
export function startReload(state: StateOf<'catching-up' | 'live'>, reason: ResetReason): TimelineStep {
  return {
    state: { ...state, kind: 'reloading', reload: { reason, loaded: null, pages: 0 } },
    effects: [{ do: 'unfollow' }, { do: 'load', limit: reloadEntries }],
  }
}

/** One more page of the reload: done, or the page before it. */
export function reloadStep(state: StateOf<'reloading'>, { page }: EventOf<'page'>): TimelineStep {
  const { reason, loaded, pages } = state.reload
  const joined = loaded === null ? windowOfPage(page) : prependPage(loaded, page)
  const beforeSeq = joined.entries[0]?.seq
  if (pages + 1 < reloadPagesMax && beforeSeq !== undefined && joined.hasMore && !reaches(state, joined)) {
    const reload = { reason, loaded: joined, pages: pages + 1 }
    return { state: { ...state, reload }, effects: [{ do: 'load', beforeSeq, limit: reloadEntries }] }
  }
  return finish(state, joined)
}

/** Does the loaded window reach back far enough, so that nothing that is shown gets lost? */
function reaches({ window, reload }: StateOf<'reloading'>, loaded: LogWindow): boolean {
  const shownFrom = window.entries[0]?.seq
  const loadedFrom = loaded.entries[0]?.seq ?? 1
  if (shownFrom === undefined) return true
  return loadedFrom <= (keepsHistory(reload.reason) ? window.have + 1 : shownFrom)
}

function finish(state: StateOf<'reloading'>, loaded: LogWindow): TimelineStep {
  const { reload, window: shown, ...common } = state
  const keeps = keepsHistory(reload.reason) && reaches(state, loaded) && shown.entries.length > 0
  const window = keeps ? continueWindow(shown, loaded) : replaceWindow(shown, loaded)
  // A page that was asked for before the replacement may belong to another history.
  const loadingOlder = keeps && state.loadingOlder
  return {
    state: { ...common, kind: 'catching-up', window, loadingOlder, top: window.have, attempt: 0 },
    effects: [{ do: 'follow', cursor: window.cursor }],
  }
}

/** Only being too far behind leaves the known entries true; a restored database may have written others. */
function keepsHistory(reason: ResetReason): boolean {
  return reason === 'too_far'
}
