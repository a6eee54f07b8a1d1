/** The address that was loaded anew last. Kept for the tab, so that it survives the reload. */
const storageKey = 'deskbell.reloaded'

/**
 * A file of a page is missing: most likely a new version was put in place since this one was loaded, and a reload
 * brings it. False when that was tried for this address already, or cannot help.
 */
export function reloadOnce(): boolean {
  try {
    if (!navigator.onLine || sessionStorage.getItem(storageKey) === location.href) return false
    sessionStorage.setItem(storageKey, location.href)
  } catch {
    // Without a memory it could go on for ever.
    return false
  }
  location.reload()
  return true
}

/** The page is there, so a later loss may be mended by a reload again. */
export function forgetReload(): void {
  try {
    sessionStorage.removeItem(storageKey)
  } catch {
    // Blocked storage holds nothing to forget.
  }
}
