import type { Role, User, UserId } from '@deskbell/sdk'
import { forgetOthers, readRemembered, readStored, remember, writeStored } from '../../lib/device/storage.ts'

/** Who may be signed in in this browser, according to the readable cookies beside the sessions. */
export type SessionHints = { readonly [role in Role]?: UserId }

/** A signed-in user of this browser, in one role. */
export type SessionHint = { readonly role: Role; readonly userId: UserId }

/** Returns no hints while pages are prerendered. */
export function presentSessions(): SessionHints {
  return typeof document === 'undefined' ? {} : readSessionHints(document.cookie)
}

const roles: readonly Role[] = ['client', 'operator']

/** `deskbell_client_id=7; deskbell_operator_id=9` → both ids. Ignores values that are not ids. */
export function readSessionHints(cookies: string): SessionHints {
  const hints: { [role in Role]?: UserId } = {}
  for (const role of roles) {
    const id = new RegExp(`(?:^|;\\s*)deskbell_${role}_id=([1-9][0-9]{0,15})(?:;|$)`).exec(cookies)?.[1]
    if (id !== undefined) hints[role] = Number(id) as UserId
  }
  return hints
}

/**
 * Returns the session of the user `asked`. Otherwise the session of the role that this tab used last, else the
 * client's, else the operator's. Undefined if nobody is signed in.
 */
export function chooseSession(hints: SessionHints, asked: string, lastRole: Role | null): SessionHint | undefined {
  const known = roles.flatMap((role) => hintOf(hints, role))
  return known.find((hint) => String(hint.userId) === asked) ?? known.find((hint) => hint.role === lastRole) ?? known[0]
}

function hintOf(hints: SessionHints, role: Role): SessionHint[] {
  const userId = hints[role]
  return userId === undefined ? [] : [{ role, userId }]
}

/** The role that this tab used last, for addresses that do not name a user. Stored for the tab only. */
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
    // Blocked storage: the first session is used.
  }
}

/**
 * Returns the role in which a user was signed in on this device, so that a link leads to the right sign-in page after
 * the session has ended. Only ids and roles are stored, no personal data.
 */
export function readRoleOf(userId: string): Role | null {
  const role = readStored(roleKey(userId))
  return role === 'client' || role === 'operator' ? role : null
}

export function writeRoleOf({ userId, role }: SessionHint): void {
  writeStored(roleKey(userId), role)
}

function roleKey(userId: string | number): string {
  return `deskbell.role.${userId}`
}

export function rememberUser(user: User): void {
  const owner = { role: user.role, userId: user.id }
  forgetOthers(owner)
  remember(owner, 'user', user)
}

/** Returns the user as the server last described them; null if this device does not know. */
export function rememberedUser({ role, userId }: SessionHint): User | null {
  const isUser = (value: unknown): value is User => Object(value).id === userId
  return readRemembered({ role, userId }, 'user', isUser)
}
