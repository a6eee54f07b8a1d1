import type { ChatId } from '@deskbell/contract/ids'
import type { ChatFollower } from '@deskbell/sdk'
import { useEffect, useState } from 'react'
import { useSession } from '../../lib/session.ts'
import { moveLeftUnsent } from './left-unsent.ts'

/** Follows a chat while its thread is shown. */
export function useFollower(chatId: ChatId): ChatFollower | null {
  const { sdk, user } = useSession()
  const [follower, setFollower] = useState<ChatFollower | null>(null)
  useEffect(() => {
    const next = sdk.follow(chatId)
    moveLeftUnsent({ userId: user.id, chatId }, ({ text, clientMsgId }) => next.send(text, { clientMsgId }))
    setFollower(next)
    return () => next.stop()
  }, [sdk, user.id, chatId])
  return follower
}
