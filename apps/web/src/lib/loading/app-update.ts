import { useSyncExternalStore } from 'react'

/**
 * Whether the server has another version of the pages. It is only offered: nothing reloads by itself, because the user
 * may be writing. The code that detects it is loaded when the page is idle: `watch-version.ts`.
 */

type Watch = typeof import('./watch-version.ts')

let isOffered = false
let watch: Watch | null = null
const listeners = new Set<() => void>()

/** Returns true once another version is available. */
export function useUpdateOffered(): boolean {
  return useSyncExternalStore(subscribe, getOffered, getOffered)
}

function offerUpdate(): void {
  isOffered = true
  for (const listener of [...listeners]) listener()
}

/** Call it when the page is idle. */
export async function startUpdates(): Promise<void> {
  watch = await import('./watch-version.ts')
  watch.watchVersion(offerUpdate)
}

/** Call it after an outage, and when a file is missing: the server may be a new one. */
export function checkVersion(): void {
  watch?.askVersion()
}

export function applyUpdate(): void {
  if (watch === null) location.reload()
  else watch.loadVersion()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function getOffered(): boolean {
  return isOffered
}
