import type { ChatId } from '@deskbell/contract/ids'
import type { ChatFollower } from '@deskbell/sdk'
import { useLayoutEffect, useState } from 'react'
import { importPart } from '../../lib/import-part.ts'
import { readStored } from '../../lib/local-store.ts'
import { useSession } from '../../lib/session.ts'
import type { DraftPlace } from './drafts.ts'
import { rememberedPage } from './remembered-page.ts'

/** Follows a chat while its thread is shown. */
export function useFollower(chatId: ChatId): ChatFollower | null {
  const { sdk, user } = useSession()
  const [follower, setFollower] = useState<ChatFollower | null>(null)
  // Before the first paint: the composer stands with its page.
  useLayoutEffect(() => {
    const next = sdk.follow(chatId, { remembered: rememberedPage({ sdk, user }, chatId) })
    const place = { userId: user.id, chatId }
    if (hasLeftUnsent(place)) {
      void importPart(() => import('./left-unsent.ts'))
        .then(({ moveLeftUnsent }) =>
          moveLeftUnsent(place, ({ text, clientMsgId }) => next.send(text, { clientMsgId })),
        )
        .catch(() => undefined)
    }
    setFollower(next)
    return () => next.stop()
  }, [sdk, user.id, user.role, chatId])
  return follower
}

/** Hardly anybody has messages of those earlier versions, so what moves them is loaded for them only. */
function hasLeftUnsent({ userId, chatId }: DraftPlace): boolean {
  return readStored(`deskbell.unsent.${userId}.${chatId}`) !== null
}
