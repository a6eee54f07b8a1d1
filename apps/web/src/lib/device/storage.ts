import type { Role } from '@deskbell/sdk'

/**
 * The browser's storage, which may be full, blocked or missing. Nothing here throws: what cannot be stored is lost, and
 * `writeStored` returns false.
 */

export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Null removes the key. Returns false if there is no room for the value, or storage is blocked. */
export function writeStored(key: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
    return true
  } catch {
    return value === null
  }
}

/** Returns all keys that are `prefix`, or begin with it and a dot. */
export function storedKeys(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key === prefix || key.startsWith(`${prefix}.`))
  } catch {
    return []
  }
}

/**
 * Texts that only this tab keeps, because the device has no room. They survive a reload; if session storage is blocked
 * too, they exist as long as the page. Nothing here throws.
 */

/** Bounded: the text that was added first is removed first. */
const pageMemory = new Map<string, string>()
const pageMemoryMax = 50

export function readTabText(key: string): string | null {
  const text = pageMemory.get(key)
  if (text !== undefined) return text
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}

/** Null removes the key. */
export function writeTabText(key: string, text: string | null): void {
  pageMemory.delete(key)
  try {
    if (text === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  } catch {
    if (text !== null) pageMemory.set(key, text)
    for (const oldest of pageMemory.keys()) if (pageMemory.size > pageMemoryMax) pageMemory.delete(oldest)
  }
}

/**
 * What a user of this browser saw last, for a reload without a connection. It is bounded and belongs to one user. It is
 * removed when that user signs out, or another one of the same role signs in. Nothing here throws.
 */

export type Owner = { readonly role: Role; readonly userId: number }

/** A few pages of text. A larger value is not stored, and the previous one stays. */
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
    // Another tab may have signed out meanwhile, and removed what was stored.
    if (!isSignedIn(owner)) return
    const text = JSON.stringify(value)
    if (text.length <= charsMax) localStorage.setItem(keyOf(owner, name), text)
  } catch {
    // Full or blocked: a reload then waits for the connection.
  }
}

/** Compares the whole id: that of user 1 begins that of user 12. */
function isSignedIn({ role, userId }: Owner): boolean {
  return document.cookie.split('; ').includes(`deskbell_${role}_id=${userId}`)
}

export function forgetUser(owner: Owner): void {
  dropKeys((key) => key.startsWith(keyOf(owner, '')))
}

/** A browser has one session of a role, so data of previous users cannot be shown any more. */
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
    // Blocked storage contains nothing to remove.
  }
}
