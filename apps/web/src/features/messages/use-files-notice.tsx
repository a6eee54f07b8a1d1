import { Trans } from '@lingui/react/macro'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { useDroppedThings } from '../../lib/use-dropped-things.ts'

const shownMs = 6_000

/** Says that files can't be sent yet, when one is dropped or pasted. */
export function useFilesNotice(): { readonly show: () => void; readonly notice: ReactNode } {
  const [shown, setShown] = useState(0)
  const show = useCallback(() => setShown((count) => count + 1), [])
  useDroppedThings(show)
  useEffect(() => {
    if (shown === 0) return
    const timer = setTimeout(() => setShown(0), shownMs)
    return () => clearTimeout(timer)
  }, [shown])
  const notice = (
    <p role="status" className="mt-1 text-meta text-ink-2 empty:hidden">
      {shown > 0 && <Trans>Files can’t be sent yet.</Trans>}
    </p>
  )
  return { show, notice }
}
