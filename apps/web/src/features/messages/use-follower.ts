import type { ChatId } from '@deskbell/contract/ids'
import type { ChatFollower } from '@deskbell/sdk'
import { useLayoutEffect, useState } from 'react'
import { useSession } from '../../lib/session.ts'
import { readUnsent } from './unsent.ts'

/** Follows a chat while its thread is shown, and sends again what an earlier page of this browser left unsent. */
export function useFollower(chatId: ChatId): ChatFollower | null {
  const { sdk, user } = useSession()
  const [follower, setFollower] = useState<ChatFollower | null>(null)
  // In the frame that shows the chat: a key pressed between two composers would be lost.
  useLayoutEffect(() => {
    const next = sdk.follow(chatId)
    for (const { text, clientMsgId } of readUnsent({ userId: user.id, chatId })) next.send(text, { clientMsgId })
    setFollower(next)
    return () => next.stop()
  }, [sdk, user.id, chatId])
  return follower
}
