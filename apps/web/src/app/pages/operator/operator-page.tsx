import type { ChatId, InboxFollower } from '@deskbell/sdk'
import { useInbox } from '@deskbell/sdk/react'
import { useEffect } from 'react'
import { compareChats, rememberChats, rememberedChats } from '../../../features/chats/known-chats.ts'
import { useSession } from '../../../lib/session.ts'
import { useChatsRoute } from '../../routing/route.ts'
import { Console } from './console.tsx'
import { SessionQueries } from './session-queries.tsx'

/** The operators' console. */
export function OperatorPage() {
  const { user } = useSession()
  const inbox = useInbox({ remembered: () => rememberedChats({ role: 'operator', userId: user.id }) })
  useRememberedRows(inbox)
  return <SessionQueries>{inbox !== null && <Console inbox={inbox} />}</SessionQueries>
}

const restMs = 2_000

/** Stores the newest rows and that of the open chat on the device, for a reload without a connection. */
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
