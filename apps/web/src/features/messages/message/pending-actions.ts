import type { ChatFollower, PendingMessage } from '@deskbell/sdk'
import { type ReactNode, useMemo } from 'react'

/** What can be done with a message that needs the user. */
export type PendingHandlers = {
  readonly onRetry: (clientMsgId: string) => void
  readonly onRelease: (clientMsgId: string) => void
  readonly onEdit: (pending: PendingMessage, files: readonly File[]) => void
  readonly onDiscard: (clientMsgId: string) => void
  /** Replaces "Try again", for a message that was refused because the chat is closed. */
  readonly refused?: ((message: RefusedMessage) => ReactNode) | undefined
}

export type RefusedMessage = {
  readonly text: string
  readonly files: readonly File[]
  /** Sends it again, with its own id, when the chat has been reopened. */
  readonly retry: () => void
  /** Removes it, when its text was moved elsewhere. */
  readonly discard: () => void
}

export const pendingActionClass =
  'inline-flex min-h-7 items-center rounded-chip px-1.5 font-medium text-accent-text underline underline-offset-2'

export type PendingActionsProps = { readonly pending: PendingMessage; readonly handlers: PendingHandlers }

type PendingInput = {
  readonly follower: ChatFollower
  /** Puts a text back into the composer. */
  readonly putBack: (text: string) => void
  readonly putFilesBack: (files: readonly File[]) => void
  readonly refused: ((message: RefusedMessage) => ReactNode) | undefined
}

export function usePendingHandlers({ follower, putBack, putFilesBack, refused }: PendingInput): PendingHandlers {
  return useMemo(
    () => ({
      onRetry: (clientMsgId) => follower.retry(clientMsgId),
      onRelease: (clientMsgId) => follower.release(clientMsgId),
      onDiscard: (clientMsgId) => follower.discard(clientMsgId),
      onEdit: ({ clientMsgId, text }, files) => {
        // Put them back before they are removed from the outbox, so that they always exist.
        putBack(text)
        putFilesBack(files)
        follower.discard(clientMsgId)
      },
      refused,
    }),
    [follower, putBack, putFilesBack, refused],
  )
}
