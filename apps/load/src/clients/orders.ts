import type { Role } from '@deskbell/contract/users'
import type { InboxCountsRow, InboxRow, SideMarks } from '@deskbell/testkit/history/history-line'
import type { HistogramCounts } from '../history/delay-histogram.ts'

export type UserSpec = { who: string; role: Role; url: string }

/** An image that users send. The size is that of the upright image. */
export type SampleImage = { ending: string; mediaType: string; width: number; height: number; base64: string }

/** What a user should see when nothing changes any more. */
export type Expected = {
  /** The chats that the user follows. */
  chats: readonly ExpectedChat[]
  /** An operator must see that the clients of its chats are online. */
  online: boolean
  rows: readonly InboxRow[]
  counts: InboxCountsRow | null
}

export type ExpectedChat = { chatId: number; lastSeq: number; marks: SideMarks }

/** What the run orders of a process of clients, in this order; `wake` and `report` come at any time. */
export type Order =
  | { t: 'setup'; seed: string; file: string; users: readonly UserSpec[]; images: readonly SampleImage[] }
  /** A new round: every client opens so many chats. Answers `OpenedChat[]`. */
  | { t: 'open'; round: number; file: string; chatsEach: number }
  | {
      t: 'begin'
      round: number
      follow: readonly (readonly [who: string, chatIds: number[]])[]
      /** All chats of the round. */
      chatIds: readonly number[]
      pace: Pace
      /** Whose lines are slow on purpose: their messages come late, and say nothing about the service. */
      slow: readonly string[]
      leaver: { url: string; chatId: number; afterMs: number }
    }
  /** No new actions but those that somebody has not done once. Answers when these were begun, or the time is over. */
  | { t: 'finish'; timeoutMs: number }
  /** No new actions. Answers when all that were begun have ended, or the time is over: how many have not. */
  | { t: 'settle'; timeoutMs: number }
  /** Answers when everybody sees what is expected, or the time is over: who does not, and why. */
  | { t: 'rest'; expected: readonly (readonly [who: string, Expected])[]; timeoutMs: number }
  | { t: 'end' }
  | { t: 'clear' }
  /** The network is back. */
  | { t: 'wake' }
  /** Since the last one, of all but these. */
  | { t: 'report'; without: readonly string[] }
  | { t: 'exit' }

/**
 * Milliseconds between two actions of a user, how many of an operator's are closes, how many send files, how many users do
 * so at least once in a round, and how many actions say that a user types; with a pause, the user then does nothing else, so
 * that the others can see it.
 */
export type Pace = {
  minMs: number
  maxMs: number
  closeShare: number
  fileShare: number
  fileUsersShare: number
  typingShare: number
  typingPauseMs: number
}
export type OpenedChat = { who: string; chatId: number }
export type ClientReport = {
  sends: number
  acknowledged: number
  refused: number
  applied: number
  /** Of acknowledged messages. */
  files: number
  /** Uploads that were cut off in the middle of a part, and those of them of which a server had kept the beginning. */
  cuts: { inflicted: number; seen: number }
  ack: HistogramCounts
  deliver: HistogramCounts
  rss: number
}
