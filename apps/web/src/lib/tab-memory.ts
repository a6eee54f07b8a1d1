/** Texts that only this tab keeps, because the device has no room. As with the local store nothing here throws. */

export function readTabText(key: string): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}

/** Null removes the key. */
export function writeTabText(key: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  } catch {
    // Full or blocked: the page says that the text is not kept.
  }
}
