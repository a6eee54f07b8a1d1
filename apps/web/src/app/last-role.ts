import type { Role } from '@deskbell/contract/users'
import { readStored, writeStored } from '../lib/local-store.ts'
import type { Seat } from './seat.ts'

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

/**
 * As which role a user was signed in on this device, so that a link leads to the right sign-in page when the session
 * has ended. Numbers and roles only: nothing here says who somebody is.
 */
export function readRoleOf(userId: string): Role | null {
  const role = readStored(roleKey(userId))
  return role === 'client' || role === 'operator' ? role : null
}

export function writeRoleOf({ userId, role }: Seat): void {
  writeStored(roleKey(userId), role)
}

function roleKey(userId: string | number): string {
  return `deskbell.role.${userId}`
}
