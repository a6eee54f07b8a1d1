import type { Access, AuthMode, Role, User } from '@deskbell/contract/users'
import type { UserRow } from '@deskbell/db/queries/users/users'

/** A user as the user itself sees it. */
export function userView(row: UserRow, access: Access | null): User {
  const { id, email, name, role, createdAt } = row
  return { id, email, name, role, access, createdAt: createdAt.toISOString() }
}

/** What a user may do. In open mode everybody may be any operator, so every operator is an admin. */
export function accessOf(authMode: AuthMode, user: { role: Role; access: Access | null }): Access | null {
  if (user.role === 'client') return null
  return authMode === 'open' ? 'admin' : user.access
}
