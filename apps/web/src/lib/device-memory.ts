import type { Role } from '@deskbell/contract/users'

/**
 * What a user of this browser saw last, for a reload while the line is away. It is bounded, belongs to one user, and
 * goes when that user signs out or another one of the same role signs in. As with the local store nothing here throws.
 */

export type Owner = { readonly role: Role; readonly userId: number }

/** A few pages of text; what is larger is not kept, and what was kept before stays. */
const charsMax = 200_000

export function readRemembered<T>(owner: Owner, name: string, isValid: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(owner, name)) ?? 'null')
    return isValid(value) ? value : null
  } catch {
    return null
  }
}

export function remember(owner: Owner, name: string, value: unknown): void {
  try {
    // Another tab may have signed out meanwhile, and cleared what was kept.
    if (!document.cookie.includes(`deskbell_${owner.role}_id=${owner.userId}`)) return
    const text = JSON.stringify(value)
    if (text.length <= charsMax) localStorage.setItem(keyOf(owner, name), text)
  } catch {
    // Full or blocked: then a reload waits for the line.
  }
}

export function forgetUser(owner: Owner): void {
  dropKeys((key) => key.startsWith(keyOf(owner, '')))
}

/** A browser holds one session of a role: whoever had it before cannot be shown any more. */
export function forgetOthers(owner: Owner): void {
  dropKeys((key) => key.startsWith(`${prefix}${owner.role}.`) && !key.startsWith(keyOf(owner, '')))
}

const prefix = 'deskbell.memory.'

function keyOf({ role, userId }: Owner, name: string): string {
  return `${prefix}${role}.${userId}.${name}`
}

function dropKeys(isUnwanted: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(localStorage)) if (isUnwanted(key)) localStorage.removeItem(key)
  } catch {
    // Blocked storage holds nothing to forget.
  }
}
