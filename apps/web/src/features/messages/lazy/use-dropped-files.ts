import { useEffect, useRef, useState } from 'react'

type Dropped = (files: readonly File[], folders: readonly string[]) => void

/**
 * Takes files that are dropped anywhere in the page. Returns whether some are over it now. A file or a link that is
 * dropped outside of a field would replace the page: without `onFiles` it does nothing.
 */
export function useDroppedFiles(onFiles: Dropped | undefined): boolean {
  const [isOver, setOver] = useState(false)
  const latest = useRef(onFiles)
  latest.current = onFiles
  useEffect(() => {
    const catchThings = (event: DragEvent) => {
      const withFiles = event.dataTransfer?.types.includes('Files') ?? false
      setOver(withFiles && event.type === 'dragover' && latest.current !== undefined)
      if (event.type === 'dragleave' || event.defaultPrevented || (!withFiles && isField(event.target))) return
      event.preventDefault()
      if (event.dataTransfer === null) return
      if (event.type === 'drop') latest.current?.(...filesIn(event.dataTransfer))
      else event.dataTransfer.dropEffect = withFiles && latest.current !== undefined ? 'copy' : 'none'
    }
    const types = ['dragover', 'dragleave', 'drop'] as const
    for (const type of types) window.addEventListener(type, catchThings)
    return () => {
      for (const type of types) window.removeEventListener(type, catchThings)
    }
  }, [])
  return isOver
}

/** Fields handle text and links themselves. An element that accepts the drop has prevented the event before this. */
function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('textarea, input') !== null
}

function filesIn({ items }: DataTransfer): [File[], string[]] {
  const found = [...items].flatMap((item) => {
    const file = item.kind === 'file' ? item.getAsFile() : null
    return file === null ? [] : { file, isFolder: item.webkitGetAsEntry()?.isDirectory === true }
  })
  const files = found.filter(({ isFolder }) => !isFolder).map(({ file }) => file)
  return [files, found.filter(({ isFolder }) => isFolder).map(({ file }) => file.name)]
}
