import type { ChatFollower } from '@deskbell/sdk'
import { type ReactNode, useMemo } from 'react'
import type { PendingHandlers, RefusedMessage } from './pending-actions.tsx'

type PendingInput = {
  readonly follower: ChatFollower
  /** Puts a text back into the composer. */
  readonly putBack: (text: string) => void
  readonly refused: ((message: RefusedMessage) => ReactNode) | undefined
}

export function usePendingHandlers({ follower, putBack, refused }: PendingInput): PendingHandlers {
  return useMemo(
    () => ({
      onRetry: (clientMsgId) => follower.retry(clientMsgId),
      onRelease: (clientMsgId) => follower.release(clientMsgId),
      onDiscard: (clientMsgId) => follower.discard(clientMsgId),
      onEdit: (clientMsgId, text) => {
        // First here, then there: at no moment is the text nowhere.
        putBack(text)
        follower.discard(clientMsgId)
      },
      refused,
    }),
    [follower, putBack, refused],
  )
}
