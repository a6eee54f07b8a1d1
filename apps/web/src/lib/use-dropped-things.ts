import { useEffect } from 'react'

/**
 * A file or a link that is dropped beside a field would take the place of the page. Here it does nothing; a file is
 * reported wherever it is dropped.
 */
export function useDroppedThings(onFiles: () => void): void {
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!isCaught(event)) return
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = hasFiles(event) ? 'copy' : 'none'
    }
    const drop = (event: DragEvent) => {
      if (!isCaught(event)) return
      event.preventDefault()
      if (hasFiles(event)) onFiles()
    }
    window.addEventListener('dragover', over)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('drop', drop)
    }
  }, [onFiles])
}

/** Text and links go into a field as they are. Whoever takes files later has said so before this. */
function isCaught(event: DragEvent): boolean {
  if (event.defaultPrevented) return false
  return hasFiles(event) || !(event.target instanceof Element && event.target.closest('textarea, input') !== null)
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}
