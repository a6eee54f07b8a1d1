import { Trans } from '@lingui/react/macro'
import { type RefObject, useEffect, useState } from 'react'
import { latinKey, readShortcuts, writeShortcuts } from './keys.ts'
import type { ListView } from './list/chat-list.tsx'

type Targets = {
  readonly listRef: RefObject<ListView | null>
  readonly composerRef: RefObject<HTMLTextAreaElement | null>
}

/** The button with this shortcut reopens a closed chat. */
export const reopenKey = 'O'

/**
 * J and K move in the list, R focuses the composer, O reopens a closed chat. They do nothing while the user types, or
 * when switched off.
 */
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

/** Switches the single-letter shortcuts off: they disturb speech input. */
export function ShortcutSetting() {
  const [on, setOn] = useState(readShortcuts)
  return (
    <label className="flex min-h-8 items-center justify-between gap-3 text-small text-ink-2">
      <Trans>Keyboard shortcuts</Trans>
      <input
        type="checkbox"
        checked={on}
        className="size-5 accent-accent"
        onChange={(event) => {
          writeShortcuts(event.target.checked)
          setOn(event.target.checked)
        }}
      />
    </label>
  )
}
