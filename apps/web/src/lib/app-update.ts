import { useSyncExternalStore } from 'react'

/**
 * Whether the server has another version of the pages by now. It is only offered: nothing reloads by itself, because
 * somebody may be writing. What finds it out comes when the page rests: `watch-version.ts`.
 */

type Watch = typeof import('./watch-version.ts')

let isOffered = false
let watch: Watch | null = null
const listeners = new Set<() => void>()

/** True once another version is to be had. */
export function useUpdateOffered(): boolean {
  return useSyncExternalStore(subscribe, getOffered, getOffered)
}

function offerUpdate(): void {
  isOffered = true
  for (const listener of [...listeners]) listener()
}

/** To be called when the page rests. */
export async function startUpdates(): Promise<void> {
  watch = await import('./watch-version.ts')
  watch.watchVersion(offerUpdate)
}

/** After an outage, and where a file is gone: the server may be a new one. */
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
