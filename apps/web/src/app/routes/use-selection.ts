import type { Chat } from '@deskbell/contract/chats'
import { useState } from 'react'
import type { OwnChats } from '../../features/chats/own/use-own-chats.ts'
import { selectedChat } from '../../features/chats/selected-chat.ts'
import { readDraft } from '../../features/messages/drafts.ts'
import { useSession } from '../../lib/session.ts'
import { useChatsRoute, useNavigateChats } from '../chats-route.ts'

/** What is shown while the address asks for nothing: chosen once, so that no new message pulls the reader away. */
type Fallback = number | 'composer' | undefined

export type Selection = {
  /** Undefined: the composer that makes a chat. */
  readonly selected: Chat | undefined
  readonly select: (chatId: number | 'new') => void
  /** After a first message has made its chat. */
  readonly selectMade: (chat: Chat) => void
  readonly showList: (shown: boolean) => void
}

/** Which of the client's chats is shown. `opening`: a chat is being made at this moment. */
export function useSelection(own: OwnChats, opening: boolean): Selection {
  const { user } = useSession()
  const { search } = useChatsRoute()
  const { chat: asked } = search
  const navigate = useNavigateChats()
  const [fallback, setFallback] = useState<Fallback>(undefined)
  const undisturbed = !opening && readDraft({ userId: user.id, chatId: 'new' }) === ''
  const [isFresh, setIsFresh] = useState(own.fresh)
  if (own.loaded && fallback === undefined) setFallback(selectedChat(own.chats, undefined)?.id ?? 'composer')
  // What this device remembered may be old: the server's list chooses once more, unless somebody writes there already.
  if (own.fresh && !isFresh) {
    setIsFresh(true)
    const writes = typeof fallback === 'number' && readDraft({ userId: user.id, chatId: fallback }) !== ''
    if (fallback !== undefined && !writes && undisturbed)
      setFallback(selectedChat(own.chats, undefined)?.id ?? 'composer')
  }
  // An operator has started a chat with somebody who has not begun to write.
  const first = own.chats[0]
  if (fallback === 'composer' && undisturbed && first !== undefined) setFallback(first.id)
  return {
    selected:
      opening || (asked === undefined && fallback === 'composer')
        ? undefined
        : selectedChat(own.chats, asked ?? numberOf(fallback)),
    select: (chat) => navigate({ chat }),
    selectMade(chat) {
      own.put(chat)
      setFallback(chat.id)
      navigate({}, { replace: true })
    },
    showList: (shown) => navigate({ ...(asked !== undefined && { chat: asked }), ...(shown && { list: true }) }),
  }
}

function numberOf(fallback: Fallback): number | undefined {
  return typeof fallback === 'number' ? fallback : undefined
}
