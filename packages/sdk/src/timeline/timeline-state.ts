import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatFrame, PageOutput } from '@deskbell/contract/events'
import { type LogWindow, windowOfPage } from './log-window.ts'

/**
 * The state of a follower of a chat.
 *
 *   loading ──page──> catching-up <──> live
 *      │                 │ ^  reset      │
 *      │                 v └─ reloading <┘
 *      └── paused (waits to load or to follow again) ── failed ── stopped
 *
 * The shown window only grows, or is replaced as a whole. The new one reaches at least as far back, unless
 * the gap is too wide to fill.
 */
export type TimelineState =
  | ({ readonly kind: 'loading' } & Common)
  | ({ readonly kind: 'catching-up'; readonly window: LogWindow } & Common)
  | ({ readonly kind: 'live'; readonly window: LogWindow } & Common)
  | ({ readonly kind: 'reloading'; readonly window: LogWindow; readonly reload: Reload } & Common)
  /** Waits before it continues: with a first page (no window yet), with a reload, or from the window's end. */
  | ({ readonly kind: 'paused'; readonly window: LogWindow | null; readonly reloads: boolean } & Common)
  | ({ readonly kind: 'failed'; readonly window: LogWindow | null; readonly code: ErrorCode } & Common)
  | ({ readonly kind: 'stopped'; readonly window: LogWindow | null } & Common)

type Common = {
  /** Failures in a row, for the length of the next wait. */
  readonly attempt: number
  /** The end of the log that the server reported last. */
  readonly top: number
  readonly loadingOlder: boolean
}

/** A window that is loaded again after `reset`: newest page first, then older ones until it meets the shown window. */
export type Reload = { readonly loaded: LogWindow | null; readonly pages: number }

export type TimelineEvent =
  | { readonly t: 'page'; readonly page: PageOutput }
  | { readonly t: 'pageFailed'; readonly code: ErrorCode | null; readonly final: boolean; readonly afterMs: number }
  | { readonly t: 'frame'; readonly id: string; readonly frame: ChatFrame }
  /** The connection broke; the stream resumes by itself. */
  | { readonly t: 'lost' }
  | { readonly t: 'streamEnded'; readonly code: ErrorCode | null; readonly final: boolean; readonly afterMs: number }
  /** The log has been longer than what is loaded for too long. */
  | { readonly t: 'behind' }
  /** A wait is over, or a new session began. */
  | { readonly t: 'resume' }
  | { readonly t: 'older' }
  | { readonly t: 'olderPage'; readonly page: PageOutput }
  | { readonly t: 'olderFailed' }
  | { readonly t: 'stop' }

/** What to do after a step, in order. */
export type TimelineEffect =
  /** Without `beforeSeq`: the newest page. Answered by `page` or `pageFailed`. */
  | { readonly do: 'load'; readonly beforeSeq?: number; readonly limit: number }
  /** Closes the current stream, if any, and opens one from `cursor`. */
  | { readonly do: 'follow'; readonly cursor: string }
  | { readonly do: 'unfollow' }
  /** Sends `resume` after a wait. */
  | { readonly do: 'wait'; readonly attempt: number; readonly atLeastMs: number }
  /** Sends `behind` after a while, unless that is already scheduled. */
  | { readonly do: 'watch' }
  | { readonly do: 'loadOlder'; readonly beforeSeq: number }

export type TimelineStep = { readonly state: TimelineState; readonly effects: readonly TimelineEffect[] }

export type StateOf<K extends TimelineState['kind']> = Extract<TimelineState, { kind: K }>
export type EventOf<T extends TimelineEvent['t']> = Extract<TimelineEvent, { t: T }>

/** Entries of a first page or an older page, and of a page of a reload. */
export const pageEntries = 50
export const reloadEntries = 200

/** With a remembered page it resumes from there, as after a lost connection; without one it loads the newest page. */
export function startTimeline(remembered?: PageOutput): TimelineStep {
  if (remembered !== undefined) {
    const window = windowOfPage(remembered)
    return {
      state: { kind: 'catching-up', window, attempt: 0, top: window.have, loadingOlder: false },
      effects: [{ do: 'follow', cursor: window.cursor }],
    }
  }
  return {
    state: { kind: 'loading', attempt: 0, top: 0, loadingOlder: false },
    effects: [{ do: 'load', limit: pageEntries }],
  }
}
