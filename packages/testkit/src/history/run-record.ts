import type { Role } from '@deskbell/contract/users'
import type { StoredEntry } from './checks/check-log.ts'
import type { Findings } from './findings.ts'
import type { InboxCountsRow, InboxRow, SideMarks } from './history-line.ts'
import type { HistoryIndex } from './index-history.ts'

/** A chat as it is in the tables at the end of a run. */
export type StoredChat = {
  chatId: number
  lastSeq: number
  /** In the order of `seq`, from 1. */
  entries: readonly RunEntry[]
  /** The `seq` of each message by its `clientMsgId`. These ids are unique in a run, over all authors. */
  places: ReadonlyMap<string, number>
  marks: readonly StoredMark[]
}

export type StoredMark = { userId: number; role: Role; delivered: number; read: number }

/**
 * `faults`: lines are cut, processes are killed, some hints are lost. The others are calm. `mute`: every hint is lost.
 * `slow`: that too, and some read next to nothing. `delivering`: every hint arrives.
 */
export type RoundKind = 'faults' | 'mute' | 'slow' | 'delivering'

/**
 * `content` is what a page shows of the entry, `files` the ids of its attachments. `moment` is `at` on the clock of the
 * history.
 */
export type RunEntry = StoredEntry & { content: string; files: readonly string[]; moment: number }

/** A row of a file. `seq`: the message that has it, and that names it; null for an upload that no message has. */
export type FileRow = { id: string; chatId: number; seq: number | null; hasThumbnail: boolean }

/** The keys of the store of files at the end of a round, before and after a server has swept it, and the rows then. */
export type FileStoreRecord = { atRest: readonly string[]; swept: readonly string[]; rows: readonly FileRow[] }

/** What an inbox must show, read by SQL that shares no code with the product. */
export type StoredInbox = { rows: readonly InboxRow[]; counts: InboxCountsRow }

export type RunBounds = {
  /** The time from the acknowledgement to every live follower, in a run without faults but lost hints. */
  staleMs: number
  /** How long typing may be shown after the last call. */
  typingMs: number
  /** How long frames may still arrive after the sign-out. */
  accessMs: number
  /** The maximum number of bytes that wait for one socket. */
  queueBytes: number
  /** How much slower the others may be beside slow readers: a factor, and a constant for the noise of the clock. */
  isolationFactor: number
  isolationSlackMs: number
}

/** The input of all checks. */
export type RunRecord = {
  index: HistoryIndex
  epoch: string
  chats: ReadonlyMap<number, StoredChat>
  /** By `who` of the actor. */
  inboxes: ReadonlyMap<string, StoredInbox>
  /** What each chat had stored when everybody saw everything, before the windows were recorded. */
  restMarks: ReadonlyMap<number, SideMarks>
  /** The client of every chat, also of those of other rounds. */
  owners: ReadonlyMap<number, number>
  /** The names of the servers. */
  servers: readonly string[]
  files: FileStoreRecord
  /** Which checks apply. */
  kind: RoundKind
  /** The actors whose connection is slow on purpose. */
  slow: ReadonlySet<string>
  /** The p99 delay of the others in milliseconds, without and with slow readers; null when it was not measured. */
  delays: { alone: number; beside: number } | null
  bounds: RunBounds
}

export type Check = (run: RunRecord) => Findings
