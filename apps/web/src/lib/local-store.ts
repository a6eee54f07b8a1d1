/**
 * The browser's storage, which may be full, blocked or absent.
 * Nothing here throws: what cannot be kept is forgotten, and whoever writes is told.
 */

export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Null removes the key. False when there was no room for it, or none is given. */
export function writeStored(key: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
    return true
  } catch {
    return value === null
  }
}

/** All keys that are `prefix`, or begin with it and a dot. */
export function storedKeys(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key === prefix || key.startsWith(`${prefix}.`))
  } catch {
    return []
  }
}
