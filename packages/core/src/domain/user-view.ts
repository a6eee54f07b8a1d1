import type { User } from '@deskbell/contract/users'
import type { UserRow } from '@deskbell/db/queries/users/users'

/** A user as the user itself sees it. */
export function userView(row: UserRow): User {
  return { id: row.id, email: row.email, name: row.name, role: row.role, createdAt: row.createdAt.toISOString() }
}
