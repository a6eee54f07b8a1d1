import { type ComponentType, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import type { PrintedChatProps } from './lazy/printed-chat.tsx'

type Paper = ComponentType<PrintedChatProps>

/**
 * Returns what to show while the page is printed; null otherwise. The browser reads the document right after its event.
 * So the code is loaded before, and the document is complete by then.
 */
export function usePrinting(): Paper | null {
  const [paper, setPaper] = useState<Paper | null>(null)
  const [printing, setPrinting] = useState(false)
  useEffect(() => {
    import('./lazy/printed-chat.tsx').then(
      ({ PrintedChat }) => setPaper(() => PrintedChat),
      () => undefined,
    )
    const media = window.matchMedia('print')
    const begin = () => flushSync(() => setPrinting(true))
    const end = () => setPrinting(false)
    const change = () => (media.matches ? begin() : end())
    window.addEventListener('beforeprint', begin)
    window.addEventListener('afterprint', end)
    media.addEventListener('change', change)
    return () => {
      window.removeEventListener('beforeprint', begin)
      window.removeEventListener('afterprint', end)
      media.removeEventListener('change', change)
    }
  }, [])
  return printing ? paper : null
}
