import type { ChatFollower } from '@deskbell/sdk'
import { type ReactNode, useMemo } from 'react'
import type { PendingHandlers, RefusedMessage } from './pending-actions.tsx'
import { dropUnsent } from './unsent.ts'

type PendingInput = {
  readonly place: { readonly userId: number; readonly chatId: number }
  readonly follower: ChatFollower
  /** Puts a text back into the composer. */
  readonly putBack: (text: string) => void
  readonly refused: ((message: RefusedMessage) => ReactNode) | undefined
}

export function usePendingHandlers({ follower, place, putBack, refused }: PendingInput): PendingHandlers {
  return useMemo(() => {
    const discard = (clientMsgId: string) => {
      follower.discard(clientMsgId)
      dropUnsent(place, new Set([clientMsgId]))
    }
    return {
      onRetry: (clientMsgId) => follower.retry(clientMsgId),
      onRelease: (clientMsgId) => follower.release(clientMsgId),
      onDiscard: discard,
      onEdit: (clientMsgId, text) => {
        // First here, then there: at no moment is the text nowhere.
        putBack(text)
        discard(clientMsgId)
      },
      refused,
    }
  }, [follower, place, putBack, refused])
}
