import type { LogEntry } from '@deskbell/contract/events'
import type { MessageId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { PendingMessage } from '@deskbell/sdk'
import type { ReactNode } from 'react'
import type { MessageState } from './message-state.ts'

export type Author = { readonly id: number; readonly name: string; readonly role: Role }

export type MessageItem = {
  readonly type: 'message'
  /** The same for the pending message and the stored one, so that nothing blinks when one becomes the other. */
  readonly key: string
  readonly at: string
  readonly author: Author
  readonly text: string
  readonly retracted: boolean
  readonly edited: boolean
  readonly own: boolean
  /** Null for other people's messages. */
  readonly state: MessageState | null
  /** A row of equal signs says no more than the last of them; the newest that was read says it in words. */
  readonly tells: 'nothing' | 'sign' | 'words'
  readonly seq: number | null
  /** Null until it is stored. */
  readonly messageId: MessageId | null
  readonly pending: PendingMessage | null
  readonly startsGroup: boolean
  readonly endsGroup: boolean
}

export type ActivityEntry = Extract<LogEntry, { kind: 'assigned' | 'closed' | 'reopened' }>

export type TimelineItem =
  | MessageItem
  | { readonly type: 'day'; readonly key: string; readonly at: string }
  | { readonly type: 'unread'; readonly key: string }
  | {
      readonly type: 'activity'
      readonly key: string
      readonly entry: ActivityEntry
      /** Stands above the line, in the place of others. */
      readonly above?: ReactNode
    }

export type Viewer = Author & {
  /** The first unread entry when the chat was opened; the divider stays above it. Null for none. */
  readonly unreadFrom: number | null
}

/** What the log and the queue give; separators come later. */
export type PlainItem = MessageItem | Extract<TimelineItem, { type: 'activity' }>
