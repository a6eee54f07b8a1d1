import type { InboxFollower, Sdk } from '@deskbell/sdk'
import { useEffect, useState } from 'react'

/** Follows all chats of the session while the page is open. */
export function useInbox(sdk: Sdk): InboxFollower | null {
  const [inbox, setInbox] = useState<InboxFollower | null>(null)
  useEffect(() => {
    const next = sdk.inbox()
    setInbox(next)
    return () => next.stop()
  }, [sdk])
  return inbox
}
