import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatFrame, PageOutput } from '@deskbell/contract/events'
import { type LogWindow, windowOfPage } from './log-window.ts'

/**
 * What a follower of a chat is doing.
 *
 *   loading ──page──> catching-up <──> live
 *      │                 │ ^  reset      │
 *      │                 v └─ reloading <┘
 *      └── paused (waits to load or to follow again) ── failed ── stopped
 *
 * The window that is shown only grows, or is replaced as a whole by one that reaches at least as far back.
 */
export type TimelineState =
  | ({ readonly kind: 'loading' } & Common)
  | ({ readonly kind: 'catching-up'; readonly window: LogWindow } & Common)
  | ({ readonly kind: 'live'; readonly window: LogWindow } & Common)
  | ({ readonly kind: 'reloading'; readonly window: LogWindow; readonly reload: Reload } & Common)
  /** Waits before it goes on: with a first page (no window yet), with a reload, or from the window's end. */
  | ({ readonly kind: 'paused'; readonly window: LogWindow | null; readonly reloads: boolean } & Common)
  | ({ readonly kind: 'failed'; readonly window: LogWindow | null; readonly code: ErrorCode } & Common)
  | ({ readonly kind: 'stopped'; readonly window: LogWindow | null } & Common)

type Common = {
  /** Failures in a row, for the length of the next wait. */
  readonly attempt: number
  /** The highest end of the log that the server has told. */
  readonly top: number
  readonly loadingOlder: boolean
  /** How often entries were missing between what is here and what came. The server promises that it never happens. */
  readonly gaps: number
}

/** A window that is loaded anew after `reset`: newest page first, then older ones until it meets what is shown. */
export type Reload = { readonly loaded: LogWindow | null; readonly pages: number }

export type TimelineEvent =
  | { readonly t: 'page'; readonly page: PageOutput }
  | { readonly t: 'pageFailed'; readonly code: ErrorCode | null; readonly final: boolean; readonly afterMs: number }
  | { readonly t: 'frame'; readonly id: string; readonly frame: ChatFrame }
  /** The line broke; the stream comes back by itself. */
  | { readonly t: 'lost' }
  | { readonly t: 'streamEnded'; readonly code: ErrorCode | null; readonly final: boolean; readonly afterMs: number }
  /** The log has been longer than what is here for too long. */
  | { readonly t: 'behind' }
  /** A wait is over, or a new session began. */
  | { readonly t: 'resume' }
  | { readonly t: 'older' }
  | { readonly t: 'olderPage'; readonly page: PageOutput }
  | { readonly t: 'olderFailed' }
  | { readonly t: 'stop' }

/** What is to be done after a step, in order. */
export type TimelineEffect =
  /** Without `beforeSeq`: the newest page. The answer comes back as `page` or `pageFailed`. */
  | { readonly do: 'load'; readonly beforeSeq?: number; readonly limit: number }
  /** Ends the present stream, if any, and opens one from `cursor`. */
  | { readonly do: 'follow'; readonly cursor: string }
  | { readonly do: 'unfollow' }
  /** Sends `resume` after a wait. */
  | { readonly do: 'wait'; readonly attempt: number; readonly atLeastMs: number }
  /** Sends `behind` after a while, unless one is on its way. */
  | { readonly do: 'watch' }
  | { readonly do: 'loadOlder'; readonly beforeSeq: number }

export type TimelineStep = { readonly state: TimelineState; readonly effects: readonly TimelineEffect[] }

export type StateOf<K extends TimelineState['kind']> = Extract<TimelineState, { kind: K }>
export type EventOf<T extends TimelineEvent['t']> = Extract<TimelineEvent, { t: T }>

/** Entries of a first page, of an older page, and of a page of a reload. */
export const pageEntries = 50
export const reloadEntries = 200

/** With a page that was remembered it goes on from there, as after a lost line; without one it loads the newest. */
export function startTimeline(remembered?: PageOutput): TimelineStep {
  if (remembered !== undefined) {
    const window = windowOfPage(remembered)
    return {
      state: { kind: 'catching-up', window, attempt: 0, top: window.have, loadingOlder: false, gaps: 0 },
      effects: [{ do: 'follow', cursor: window.cursor }],
    }
  }
  return {
    state: { kind: 'loading', attempt: 0, top: 0, loadingOlder: false, gaps: 0 },
    effects: [{ do: 'load', limit: pageEntries }],
  }
}
