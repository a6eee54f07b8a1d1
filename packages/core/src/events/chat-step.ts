import type { ChatFrame } from '@deskbell/contract/events'
import type { Step } from './frame-sink.ts'

export type ChatStep = Step<ChatFrame>

/** A frame of log entries that continues the log from `afterSeq` to `lastSeq`. */
export type EntriesStep = ChatStep & {
  readonly afterSeq: number
  readonly lastSeq: number
  /** It says who has the chat, so the reader's right to it is checked again. */
  readonly hasAssignment: boolean
}
