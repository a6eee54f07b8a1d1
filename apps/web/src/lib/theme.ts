import { useSyncExternalStore } from 'react'
import { readStored, writeStored } from './local-store.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** The script in the head of every page reads the same key before the first paint. */
const storageKey = 'deskbell.theme'
const listeners = new Set<() => void>()

/** What was chosen on this device. A page that was drawn at build time knows of no choice yet. */
export function useChosenTheme(): Theme {
  return useSyncExternalStore(subscribe, storedTheme, () => 'system')
}

export function chooseTheme(theme: Theme): void {
  writeStored(storageKey, theme === 'system' ? null : theme)
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  for (const listener of [...listeners]) listener()
}

/** Where nothing can be stored the page itself has the choice. */
function storedTheme(): Theme {
  const stored = readStored(storageKey) ?? document.documentElement.dataset['theme']
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
