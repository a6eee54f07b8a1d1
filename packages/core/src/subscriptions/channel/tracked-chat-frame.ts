import type { ChatFrame } from '@deskbell/contract/events'
import type { TrackedFrame } from '../../streams/frame-sink.ts'

export type TrackedChatFrame = TrackedFrame<ChatFrame>

/** A frame with the log entries after `afterSeq`, up to `lastSeq`. */
export type TrackedEntries = TrackedChatFrame & {
  readonly afterSeq: number
  readonly lastSeq: number
  /** The frame assigns or releases the chat, so the reader's right to see it is checked again. */
  readonly hasAssignment: boolean
}
