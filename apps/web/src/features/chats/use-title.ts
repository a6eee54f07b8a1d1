import { useEffect } from 'react'

/** `(3) Anna – Deskbell`: what is open, and what waits for this reader, is seen on the tab. Chats of colleagues are not counted. */
export function useTitle(page: string, unread: number): void {
  useEffect(() => {
    document.title = `${unread === 0 ? '' : `(${unread}) `}${page} – Deskbell`
  }, [page, unread])
}
