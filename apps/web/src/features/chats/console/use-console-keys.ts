import { type RefObject, useEffect } from 'react'
import { readShortcuts } from '../../../lib/shortcuts.ts'
import type { ListView } from './chat-list.tsx'
import { latinKey } from './latin-key.ts'

type Targets = {
  readonly listRef: RefObject<ListView | null>
  readonly composerRef: RefObject<HTMLTextAreaElement | null>
}

/** The button with this key opens a closed chat again. */
export const reopenKey = 'O'

/** J and K move in the list, R goes to the composer, O opens a closed chat again. Never while somebody types, and not when switched off. */
export function useConsoleKeys({ listRef, composerRef }: Targets): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isModified(event) || isTyping(event.target)) return
      if (!readShortcuts() || document.querySelector('dialog[open]') !== null) return
      if (act(latinKey(event), { listRef, composerRef })) event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [listRef, composerRef])
}

function act(key: string, { listRef, composerRef }: Targets): boolean {
  const list = listRef.current
  if ((key === 'j' || key === 'k') && list !== null) {
    list.moveFocus(key === 'j' ? 1 : -1)
    return true
  }
  if (key === reopenKey.toLowerCase()) return press(`button[aria-keyshortcuts="${reopenKey}"]`)
  if (key !== 'r' || composerRef.current === null) return false
  composerRef.current.focus()
  return true
}

function press(selector: string): boolean {
  const button = document.querySelector<HTMLButtonElement>(selector)
  button?.click()
  return button !== null
}

function isModified(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}
