/**
 * The browser's storage, which may be full, blocked or absent.
 * Nothing here throws: what cannot be kept is forgotten.
 */

export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Null removes the key. */
export function writeStored(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Full or blocked: the page works without it.
  }
}
