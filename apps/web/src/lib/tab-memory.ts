/**
 * What this tab knew last, for a reload while the line is away. It goes with the tab, so nothing of it stays on a
 * shared computer. As with the local store nothing here throws.
 */

export function readRemembered<T>(key: string, isValid: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null')
    return isValid(value) ? value : null
  } catch {
    return null
  }
}

export function remember(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value))
  } catch {
    // Full or blocked: then a reload waits for the line.
  }
}
