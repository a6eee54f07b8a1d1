import type { Chat } from '@deskbell/sdk'
import { useState } from 'react'
import type { OwnChats } from '../../../features/chats/own/use-own-chats.ts'
import { readDraft } from '../../../features/messages/composer/drafts.ts'
import { useSession } from '../../../lib/session.ts'
import { useChatsRoute, useNavigateChats } from '../../routing/route.ts'

/** What is shown if the address names nothing. New messages do not change it, so that the reader stays in the chat. */
type Fallback = number | 'composer' | undefined

export type Selection = {
  /** Undefined: the composer that creates a chat. */
  readonly selected: Chat | undefined
  readonly select: (chatId: number | 'new') => void
  /** Call it when a first message has created its chat. */
  readonly selectMade: (chat: Chat) => void
  readonly showList: (shown: boolean) => void
}

/** Returns which of the client's chats is shown. `opening`: a chat is being created. */
export function useSelection(own: OwnChats, opening: boolean): Selection {
  const { user } = useSession()
  const { search } = useChatsRoute()
  const { chat: asked } = search
  const navigate = useNavigateChats()
  const [fallback, setFallback] = useState<Fallback>(undefined)
  const undisturbed = !opening && readDraft({ userId: user.id, chatId: 'new' }) === ''
  const [isFresh, setIsFresh] = useState(own.fresh)
  if (own.loaded && fallback === undefined) setFallback(selectedChat(own.chats, undefined)?.id ?? 'composer')
  // What the device stored may be outdated: the server's list chooses again, unless the user is already writing there.
  if (own.fresh && !isFresh) {
    setIsFresh(true)
    const writes = typeof fallback === 'number' && readDraft({ userId: user.id, chatId: fallback }) !== ''
    if (fallback !== undefined && !writes && undisturbed)
      setFallback(selectedChat(own.chats, undefined)?.id ?? 'composer')
  }
  // An operator has started a chat with a client who has not begun to write.
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

/** What the address names: a chat, a new one, or nothing. */
export type Asked = number | 'new' | undefined

/**
 * Returns the chat that a client sees: the one asked for if it is theirs, else the newest open one, else the newest
 * closed one. Undefined: a new chat was asked for, or there is none; the composer creates one.
 */
export function selectedChat(chats: readonly Chat[], asked: Asked): Chat | undefined {
  if (asked === 'new') return undefined
  return chats.find((chat) => chat.id === asked) ?? chats.find((chat) => chat.status === 'open') ?? chats[0]
}
