import type { Role } from '@deskbell/contract/users'

/** What a person may do in a run. */
export type Deed = 'send' | 'close' | 'reopen' | 'edit' | 'retract' | 'read' | 'typing' | 'assign' | 'logout'

/** `at`: milliseconds of the machine's monotonic clock, which is one for all processes. `who`: an actor or a server. */
type Line<T extends string, Fields = object> = { at: number; who: string; t: T } & Fields

export type ActorLine = Line<'actor', { userId: number; role: Role }>

/** A call goes out. `op` is unique in a history; `id` is the `clientMsgId`, or the message that is changed. */
export type InvokeLine = Line<'invoke', { op: string; deed: Deed; chatId: number; id?: string; seq?: number }>
export type OkLine = Line<'ok', { op: string; seq?: number }>
export type FailLine = Line<'fail', { op: string; code: string }>
/** No answer came: it may have happened or not. */
export type InfoLine = Line<'info', { op: string }>

/** A follower asks for the log of a chat after the position `epoch:seq`. Everything up to `end` has its number. */
export type StartLine = Line<'start', { stream: string; chatId: number; epoch: string; seq: number }>
/** Entries arrived, as they came over the line: before any repeat is dropped. */
export type EvLine = Line<'ev', { stream: string; from: number; to: number }>
export type LiveLine = Line<'live', { stream: string; top: number }>
export type ResetLine = Line<'reset', { stream: string; reason: string }>
/** `seq` is the position that the frame named. */
export type MarkLine = Line<
  'mark',
  { stream: string; seq: number; userId: number; role: Role; delivered: number; read: number }
>
export type TypingLine = Line<'typing', { stream: string; seq: number; userId: number }>
export type EndLine = Line<'end', { stream: string }>

/** Own messages as the page shows them; `gone` without an end before is a lost text. */
export type BubbleLine = Line<'bubble', { chatId: number; id: string; state: BubbleState }>
export type BubbleState = 'shown' | 'sent' | 'failed' | 'gone' | 'doubled'

/** Somebody is shown as writing, or not any more. */
export type ShownTypingLine = Line<'shownTyping', { chatId: number; userId: number; shown: boolean }>

/** What a follower shows once all is quiet: entries as `[seq, content]`, and whether the client is here. */
export type WindowLine = Line<
  'window',
  { chatId: number; status: string; entries: [number, string][]; present: boolean | null }
>

/** The row of a chat in an inbox was replaced. */
export type RowLine = Line<'row', { chatId: number; rev: number; unread: number }>
/** The inbox once all is quiet. */
export type InboxLine = Line<'inbox', { rows: InboxRow[]; counts: InboxCountsRow | null }>
export type InboxRow = { chatId: number; rev: number; unread: number; status: string; operatorId: number | null }
export type InboxCountsRow = { open: number; mine: number; unassigned: number; unread: number }

/** Of a server process, in bytes: the fullest queue of a socket since the last line, all rings, all memory. */
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
