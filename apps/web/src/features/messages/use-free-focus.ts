import { type RefObject, useLayoutEffect } from 'react'

/**
 * Gives the composer the focus when it comes and nothing else has it: at the start of a page, and in place of a
 * composer that stood here before, so that who is typing goes on without losing a key.
 */
export function useFreeFocus(composerRef: RefObject<HTMLTextAreaElement | null>, wanted = true): void {
  useLayoutEffect(() => {
    const composer = composerRef.current
    const { activeElement } = document
    if (!wanted || composer === null || (activeElement !== null && activeElement !== document.body)) return
    composer.focus({ preventScroll: true })
    composer.setSelectionRange(composer.value.length, composer.value.length)
  }, [wanted, composerRef])
}
