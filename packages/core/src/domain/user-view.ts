import type { Actor } from '@deskbell/contract/actor'
import type { EntryActor } from '@deskbell/contract/events'
import type { UserId } from '@deskbell/contract/ids'
import type { Access, AuthMode, Role, User } from '@deskbell/contract/users'
import type { UserRow } from '@deskbell/db/queries/users/users'

/** A user as the user itself sees it. */
export function userView(row: UserRow, access: Access | null): User {
  const { id, email, name, role, avatarId, createdAt } = row
  return { id, email, name, role, access, avatarUrl: avatarUrlOf(id, avatarId), createdAt: createdAt.toISOString() }
}

/** The actor, as the author of what it does. */
export function authorOf({ userId, name, role, avatarUrl }: Actor): EntryActor {
  return { id: userId, name, role, avatarUrl }
}

/** What a user may do. In open mode everybody may be any operator, so every operator is an admin. */
export function accessOf(authMode: AuthMode, user: { role: Role; access: Access | null }): Access | null {
  if (user.role === 'client') return null
  return authMode === 'open' ? 'admin' : user.access
}

/**
 * The address of a user's picture. `v` changes with the picture, so the address may be cached; an older one serves the
 * newest picture.
 */
export function avatarUrlOf(userId: UserId, avatarId: string | null): string | null {
  return avatarId === null ? null : `/avatars/${userId}?v=${avatarId.slice(0, 8)}`
}
