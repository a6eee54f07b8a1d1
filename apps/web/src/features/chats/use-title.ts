import { useEffect } from 'react'

/** `(3) Deskbell`: what waits for this reader is seen on the tab. Chats of colleagues are not counted. */
export function useTitle(unread: number): void {
  useEffect(() => {
    document.title = unread === 0 ? 'Deskbell' : `(${unread}) Deskbell`
    return () => {
      document.title = 'Deskbell'
    }
  }, [unread])
}
