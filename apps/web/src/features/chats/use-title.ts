import { useEffect } from 'react'

/** `(3) Deskbell`: what waits is seen on the tab. */
export function useTitle(unread: number): void {
  useEffect(() => {
    document.title = unread === 0 ? 'Deskbell' : `(${unread}) Deskbell`
    return () => {
      document.title = 'Deskbell'
    }
  }, [unread])
}
