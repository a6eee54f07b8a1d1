import type { StoredEntry } from './check-log.ts'
import type { InboxCountsRow, InboxRow } from './history-line.ts'
import type { HistoryIndex } from './index-history.ts'

/** What the tables hold of one chat, once all is quiet. */
export type StoredChat = {
  chatId: number
  lastSeq: number
  /** In order, from seq 1. */
  entries: readonly RunEntry[]
  /** Where the message with this `clientMsgId` stands. The ids of a run are unique over all authors. */
  places: ReadonlyMap<string, number>
  marks: readonly StoredMark[]
}

export type StoredMark = { userId: number; delivered: number; read: number }

/** `content` is what a page shows of the entry; `moment` is `at` on the clock of the history. */
export type RunEntry = StoredEntry & { content: string; moment: number }

/** What an inbox has to show, read by SQL that shares no code with the product. */
export type StoredInbox = { rows: readonly InboxRow[]; counts: InboxCountsRow }

export type RunBounds = {
  /** From the commit to every live follower, in calm weather. */
  staleMs: number
  /** How long typing may be shown after it was last told. */
  typingMs: number
  /** How long frames may come after the right to see them ended. */
  accessMs: number
  /** Bytes that may wait for one socket. */
  queueBytes: number
  /** How much slower the others may be beside slow readers: a factor, and what the clock's noise adds. */
  isolationFactor: number
  isolationSlackMs: number
}

/** Everything that a check looks at. */
export type RunRecord = {
  index: HistoryIndex
  epoch: string
  chats: ReadonlyMap<number, StoredChat>
  /** By actor. */
  inboxes: ReadonlyMap<string, StoredInbox>
  /** No fault but lost hints: times mean something. */
  calm: boolean
  /** Who has a slow line on purpose. */
  slow: ReadonlySet<string>
  /** p99 in milliseconds to all but the slow readers, without and with those beside; null when not measured. */
  delays: { alone: number; beside: number } | null
  bounds: RunBounds
}

/** Answers a sentence per violation. */
export type Check = (run: RunRecord) => string[]
