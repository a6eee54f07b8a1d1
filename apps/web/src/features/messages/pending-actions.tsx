import type { PendingMessage } from '@deskbell/sdk'
import type { ReactNode } from 'react'

/** What can be done with a message that needs the person. */
export type PendingHandlers = {
  readonly onRetry: (clientMsgId: string) => void
  readonly onRelease: (clientMsgId: string) => void
  readonly onEdit: (clientMsgId: string, text: string) => void
  readonly onDiscard: (clientMsgId: string) => void
  /** In place of "Try again", for a message that was refused because the chat is closed. */
  readonly refused?: ((message: RefusedMessage) => ReactNode) | undefined
}

export type RefusedMessage = {
  readonly text: string
  /** Sends it again, with its own id: for when the chat has been opened again. */
  readonly retry: () => void
  /** Forgets it: for when its text has gone elsewhere. */
  readonly discard: () => void
}

export const pendingActionClass =
  'inline-flex min-h-7 items-center rounded-chip px-1.5 font-medium text-accent-text underline underline-offset-2'

export type PendingActionsProps = { readonly pending: PendingMessage; readonly handlers: PendingHandlers }
