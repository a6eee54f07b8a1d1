import { Trans } from '@lingui/react/macro'
import { type ReactNode, useCallback, useEffect, useState } from 'react'

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

/**
 * A file or a link that is dropped outside of a field would replace the page. Here it does nothing; a file is reported
 * wherever it is dropped.
 */
export function useDroppedThings(onFiles: () => void): void {
  useEffect(() => {
    const catchThings = (event: DragEvent) => {
      const withFiles = hasFiles(event)
      if (event.defaultPrevented || (!withFiles && isField(event.target))) return
      event.preventDefault()
      if (event.type !== 'drop') {
        if (event.dataTransfer !== null) event.dataTransfer.dropEffect = withFiles ? 'copy' : 'none'
      } else if (withFiles) onFiles()
    }
    window.addEventListener('dragover', catchThings)
    window.addEventListener('drop', catchThings)
    return () => {
      window.removeEventListener('dragover', catchThings)
      window.removeEventListener('drop', catchThings)
    }
  }, [onFiles])
}

/** Fields handle text and links themselves. An element that accepts the drop has prevented the event before this. */
function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('textarea, input') !== null
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}
