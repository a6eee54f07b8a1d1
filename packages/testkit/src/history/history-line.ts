import type { Role } from '@deskbell/contract/users'

/** What a client or an operator may do in a run. */
export type Action = 'send' | 'close' | 'reopen' | 'edit' | 'retract' | 'read' | 'typing' | 'assign' | 'logout'

/** `at`: milliseconds of the monotonic clock, which all processes of the machine share. `who`: an actor or a server. */
type Line<T extends string, Fields = object> = { at: number; who: string; t: T } & Fields

export type ActorLine = Line<'actor', { userId: number; role: Role }>

/** A call is sent. `op` is unique in a history. `id` is the `clientMsgId`, or the message that is changed. */
export type InvokeLine = Line<'invoke', { op: string; action: Action; chatId: number; id?: string; seq?: number }>
export type OkLine = Line<'ok', { op: string; seq?: number }>
export type FailLine = Line<'fail', { op: string; code: string }>
/** The call got no answer: it may have had an effect or not. */
export type InfoLine = Line<'info', { op: string }>

/** A follower opens a stream after the position `epoch:seq`. Lines up to `end` have the name of the stream. */
export type StartLine = Line<'start', { stream: string; chatId: number; epoch: string; seq: number }>
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

/** The state of an own message on a page. `gone`: it vanished before it was sent or had failed. */
export type BubbleLine = Line<'bubble', { chatId: number; id: string; state: BubbleState }>
export type BubbleState = 'shown' | 'sent' | 'failed' | 'gone' | 'doubled'

/** A page begins or stops showing that a user is typing. */
export type ShownTypingLine = Line<'shownTyping', { chatId: number; userId: number; shown: boolean }>

/** What a follower shows at the end of a run: entries as `[seq, content]`, and whether the client is online. */
export type WindowLine = Line<
  'window',
  { chatId: number; status: string; entries: [number, string][]; present: boolean | null }
>

/** The row of a chat in an inbox was replaced. */
export type RowLine = Line<'row', { chatId: number; rev: number; unread: number }>
/** The inbox at the end of a run. */
export type InboxLine = Line<'inbox', { rows: InboxRow[]; counts: InboxCountsRow | null }>
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
  | BubbleLine
  | ShownTypingLine
  | WindowLine
  | RowLine
  | InboxLine
  | MemoryLine

export type LineOf<T extends HistoryLine['t']> = Extract<HistoryLine, { t: T }>
