import type { InboxFollower, Sdk } from '@deskbell/sdk'
import { useLayoutEffect, useState } from 'react'
import type { Owner } from '../../lib/device-memory.ts'
import { rememberedChats } from './remembered-chats.ts'

/** Follows all chats of the session while the page is open, beginning with those that this device knew last. */
export function useInbox(sdk: Sdk, { role, userId }: Owner): InboxFollower | null {
  const [inbox, setInbox] = useState<InboxFollower | null>(null)
  // Before the first paint: the page needs it for everything it shows.
  useLayoutEffect(() => {
    const next = sdk.inbox()
    next.recall(rememberedChats({ role, userId }) ?? [])
    setInbox(next)
    return () => next.stop()
  }, [sdk, role, userId])
  return inbox
}
