import { type AnyColumn, eq, type SQL } from 'drizzle-orm'
import { users } from '../schema/users.ts'
import type { Executor } from '../transaction.ts'

/**
 * Somebody by id, for a lateral join. The limit keeps it a look-up whatever the planner thinks of the sizes: joined plainly,
 * a page that shows few people may read all of them, by hash, or by a merge that it takes for short.
 */
export function userLookUp(executor: Executor, id: AnyColumn | SQL.Aliased) {
  return executor
    .select({ id: users.id, name: users.name, role: users.role })
    .from(users)
    .where(eq(users.id, id))
    .limit(1)
    .as('person')
}
