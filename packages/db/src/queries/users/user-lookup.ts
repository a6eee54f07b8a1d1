import { type AnyColumn, eq, type SQL } from 'drizzle-orm'
import { users } from '../../schema/users.ts'
import type { Executor } from '../../transaction.ts'

/**
 * Selects a user by id, for a lateral join. With the limit the planner always searches the primary key. With a plain
 * join it may scan all users for a hash or a merge join, although a page shows few of them.
 */
export function userLookup(executor: Executor, id: AnyColumn | SQL.Aliased) {
  return executor
    .select({ id: users.id, name: users.name, role: users.role, avatarId: users.avatarId })
    .from(users)
    .where(eq(users.id, id))
    .limit(1)
    .as('person')
}
