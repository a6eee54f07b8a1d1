import { type UserId, userIdSchema } from '@deskbell/contract/ids'
import { normalEmail } from '@deskbell/contract/normal-form'
import { type Role, roleSchema } from '@deskbell/contract/users'
import type pg from 'pg'
import { violatedConstraint } from '../database-error.ts'
import { cleanName } from './clean-name.ts'
import { mergeUsers, type UserMerge } from './merge-users.ts'

/** What happened to users that were stored before users had a normal form. Contains no address and no name. */
export type UsersReport = {
  /** Number of users whose address or name changed. */
  changed: number
  merged: UserMerge[]
  /** Users whose address has no normal form. The address stays as it is, and signing in with it is not possible. */
  unfit: UserId[]
}

/**
 * The version of the rules in `normal-form.ts`. Raise it when a change of the rules gives a stored address or name
 * another normal form.
 */
export const usersForm = 2

const pageRows = 1_000
const racesMax = 5

type Stored = { id: UserId; email: string; name: string; role: Role }

/**
 * Brings the stored users to the current normal form, once for a database; afterwards a call reads one row and returns
 * null. SQL cannot do it, because it cannot convert domains to A-labels. Each changed user has its own transaction.
 * An interrupted run starts again from the first user, and those that are done need no change. Needs the advisory lock
 * of migrations.
 */
export async function normaliseUsers(client: pg.Client): Promise<UsersReport | null> {
  const known = await client.query<{ users_form: number }>('select users_form from deployment')
  if ((known.rows[0]?.users_form ?? 0) >= usersForm) return null
  const report: UsersReport = { changed: 0, merged: [], unfit: [] }
  for (let after = 0; ; ) {
    const { rows } = await client.query<Record<'id' | 'email' | 'name' | 'role', string>>(
      'select id, email, name, role from users where id > $1 and email is not null order by id limit $2',
      [after, pageRows],
    )
    for (const row of rows) await normaliseUser(client, storedUser(row), report)
    const last = rows.at(-1)
    if (last === undefined) break
    after = Number(last.id)
  }
  await client.query('update deployment set users_form = $1', [usersForm])
  return report
}

function storedUser({ id, email, name, role }: Record<'id' | 'email' | 'name' | 'role', string>): Stored {
  return { id: userIdSchema.parse(Number(id)), email, name, role: roleSchema.parse(role) }
}

async function normaliseUser(client: pg.Client, user: Stored, report: UsersReport): Promise<void> {
  const { value, fault } = normalEmail(user.email)
  if (fault !== undefined) report.unfit.push(user.id)
  const next = { ...user, email: value ?? user.email, name: cleanName(user.name, user.role) }
  if (next.email === user.email && next.name === user.name) return
  const merge = await inTransaction(client, () => store(client, next))
  if (merge === undefined) return
  report.changed += 1
  if (merge !== null) report.merged.push(merge)
}

/** Returns the merge, null when no merge was needed, and undefined when the user was merged earlier in this run. */
async function store(client: pg.Client, user: Stored): Promise<UserMerge | null | undefined> {
  const { rows } = await client.query<{ id: string }>(
    'select id from users where id = $1 or (email = $2 and role = $3) order by id for update',
    [user.id, user.email, user.role],
  )
  const ids = rows.map(({ id }) => userIdSchema.parse(Number(id)))
  if (!ids.includes(user.id)) return undefined
  const [keptId, removedId] = ids
  if (keptId === undefined) return undefined
  const moved = removedId === undefined ? null : await mergeUsers(client, { role: user.role, keptId, removedId })
  // A merged user keeps the name of the older one.
  const name = keptId === user.id ? user.name : null
  await client.query('update users set email = $2, name = coalesce($3, name) where id = $1', [keptId, user.email, name])
  return moved
}

/**
 * A process of an older version may insert the same address during the transaction. The unique index then refuses the
 * update, and the repeated transaction finds that user and merges it.
 */
async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  for (let racesLeft = racesMax; ; racesLeft -= 1) {
    await client.query('begin')
    try {
      const result = await work()
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback')
      if (violatedConstraint(error) !== 'idx_user_email_role' || racesLeft === 0) throw error
    }
  }
}
