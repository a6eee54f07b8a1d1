import type { ChatId } from '@deskbell/contract/ids'
import type { InboxFollower } from '@deskbell/sdk'
import { useEffect } from 'react'
import { compareChats } from '../../../features/chats/chat-order.ts'
import { rememberChats } from '../../../features/chats/remembered-chats.ts'
import { useSession } from '../../../lib/session.ts'
import { useChatsRoute } from '../../chats-route.ts'

const restMs = 2_000

/** Keeps the newest rows and the one of the open chat on the device, for a reload without a line. */
export function useRememberedRows(inbox: InboxFollower | null): void {
  const { user } = useSession()
  const { chat: open } = useChatsRoute().search
  useEffect(() => {
    if (inbox === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const keep = () => {
      clearTimeout(timer)
      timer = undefined
      const { rows } = inbox.getSnapshot()
      const newest = [...rows.values()].sort(compareChats)
      rememberChats({ role: 'operator', userId: user.id }, newest, rows.get(open as ChatId))
    }
    const keepNow = () => timer !== undefined && keep()
    const keepSoon = () => {
      timer ??= setTimeout(keep, restMs)
    }
    const unsubscribe = inbox.subscribe(keepSoon)
    keepSoon()
    window.addEventListener('pagehide', keepNow)
    return () => {
      unsubscribe()
      window.removeEventListener('pagehide', keepNow)
      clearTimeout(timer)
    }
  }, [inbox, open, user.id])
}
