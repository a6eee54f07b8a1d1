import type { Role } from '@deskbell/contract/users'

/** Which of two sessions this tab means when the address does not say. Kept for the tab only. */
const storageKey = 'deskbell.role'

export function readLastRole(): Role | null {
  try {
    const role = sessionStorage.getItem(storageKey)
    return role === 'client' || role === 'operator' ? role : null
  } catch {
    return null
  }
}

export function writeLastRole(role: Role): void {
  try {
    sessionStorage.setItem(storageKey, role)
  } catch {
    // Blocked storage: the first session is taken.
  }
}
