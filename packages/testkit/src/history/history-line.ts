import type { Role } from '@deskbell/contract/users'

/** What a client or an operator may do in a run. */
export type Action =
  | 'send'
  | 'upload'
  | 'close'
  | 'reopen'
  | 'edit'
  | 'retract'
  | 'read'
  | 'typing'
  | 'assign'
  | 'logout'
  | 'foreign'

/** The transport of a call for a chat of another client. `batch`: one HTTP request with several calls. */
export type ForeignVia = 'socket' | 'http' | 'batch' | 'rest' | 'sse'

/** `at`: milliseconds of the monotonic clock, which all processes of the machine share. `who`: an actor or a server. */
type Line<T extends string, Fields = object> = { at: number; who: string; t: T } & Fields

export type ActorLine = Line<'actor', { userId: number; role: Role }>

/** Width and height in pixels. */
export type PixelSize = { width: number; height: number }

/** A file as it was sent. `id` is that of the upload, `size` that of an image, upright; null for everything else. */
export type SentFile = { id: string; sha256: string; size: PixelSize | null }

/** What a server says of a file, and what it serves. `decoded`: null for what is no image. */
export type ServedFile = {
  id: string
  announced: { bytes: number; size: PixelSize | null }
  status: number
  bytes: number
  sha256: string
  decoded: PixelSize | null
  /** Null where none is announced. */
  thumbnail: { status: number; decoded: PixelSize | null } | null
}

/**
 * A call is sent. `op` is unique in a history. `id` is the `clientMsgId`, the message that is changed, the name of the file
 * of an `upload`, or the procedure of a `foreign` call. `isDirect`: a send that passes the outbox, which keeps its own order.
 */
export type InvokeLine = Line<
  'invoke',
  {
    op: string
    action: Action
    chatId: number
    id?: string
    seq?: number
    via?: ForeignVia
    files?: readonly SentFile[]
    isDirect?: boolean
  }
>
/** `answer`: the beginning of an answer that should have been a refusal. `files`: the ids of the attachments in the answer. */
export type OkLine = Line<'ok', { op: string; seq?: number; answer?: string; files?: readonly string[] }>
export type FailLine = Line<'fail', { op: string; code: string }>
/** The call got no answer: it may have had an effect or not. */
export type InfoLine = Line<'info', { op: string }>

/**
 * A follower opens a stream after the position `epoch:seq`. Lines up to `end` have the name of the stream. `rereads`: it
 * asks on purpose for what it has.
 */
export type StartLine = Line<'start', { stream: string; chatId: number; epoch: string; seq: number; rereads?: boolean }>
/** Entries have arrived. The line is written before repeated entries are dropped. */
export type EvLine = Line<'ev', { stream: string; from: number; to: number }>
export type LiveLine = Line<'live', { stream: string; top: number }>
export type ResetLine = Line<'reset', { stream: string; reason: string }>
/** `seq` is the position in the id of the frame. */
export type MarkLine = Line<
  'mark',
  { stream: string; seq: number; userId: number; role: Role; delivered: number; read: number }
>
export type TypingLine = Line<'typing', { stream: string; seq: number; userId: number }>
export type EndLine = Line<'end', { stream: string }>
/**
 * A frame had the entry of a retracted message, with its retraction or after it on the same stream. `seq` is the place of
 * the retraction, `id` the `clientMsgId`. `found`: the frame had the text.
 */
export type CanaryLine = Line<'canary', { chatId: number; seq: number; id: string; found: boolean }>
/** A retracted message was read again, after the answer. */
export type RereadLine = Line<'reread', { chatId: number; id: string; by: string; found: boolean }>

/** What a server, `who`, serves of a stored message that was sent with files, at the end of a round. */
export type ServedLine = Line<'served', { chatId: number; id: string; files: readonly ServedFile[] }>
/** The answers for the files of a retracted message and their thumbnails. `who`: a server, or whoever has retracted it. */
export type GoneLine = Line<'gone', { chatId: number; id: string; statuses: readonly number[] }>

/** The state of an own message on a page. `gone`: it vanished before it was sent or had failed. */
export type BubbleLine = Line<'bubble', { chatId: number; id: string; state: BubbleState }>
export type BubbleState = 'shown' | 'sent' | 'failed' | 'gone' | 'doubled'

/** A page begins or stops showing that a user is typing. */
export type ShownTypingLine = Line<'shownTyping', { chatId: number; userId: number; shown: boolean }>

/** The highest marks of each side. */
export type SideMarks = Record<'delivered' | 'read', Record<Role, number>>

/**
 * What a follower shows at the end of a run: entries as `[seq, content]`, whether the client is online, and how far each
 * side has received and read.
 */
export type WindowLine = Line<
  'window',
  { chatId: number; status: string; entries: [number, string][]; present: boolean | null; marks: SideMarks }
>

/** The row of a chat in an inbox was replaced. */
export type RowLine = Line<'row', { chatId: number; rev: number; unread: number }>
/** The inbox at the end of a run. */
export type InboxLine = Line<
  'inbox',
  { rows: (InboxRow & { preview?: string | null })[]; counts: InboxCountsRow | null }
>
export type InboxRow = { chatId: number; rev: number; unread: number; status: string; operatorId: number | null }
export type InboxCountsRow = { open: number; mine: number; unassigned: number; unread: number }

/** Memory of a server process, in bytes: the longest queue of a socket since the last line, all rings, and the RSS. */
export type MemoryLine = Line<'memory', { queue: number; rings: number; ringsMax: number; rss: number }>

export type HistoryLine =
  | ActorLine
  | InvokeLine
  | OkLine
  | FailLine
  | InfoLine
  | StartLine
  | EvLine
  | LiveLine
  | ResetLine
  | MarkLine
  | TypingLine
  | EndLine
  | CanaryLine
  | RereadLine
  | ServedLine
  | GoneLine
  | BubbleLine
  | ShownTypingLine
  | WindowLine
  | RowLine
  | InboxLine
  | MemoryLine

export type LineOf<T extends HistoryLine['t']> = Extract<HistoryLine, { t: T }>
