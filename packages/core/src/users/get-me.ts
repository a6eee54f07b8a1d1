import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { UserOutput } from '@deskbell/contract/users'
import type { Core } from '../context.ts'
import { userView } from '../domain/user-view.ts'

/** The actor's own user, with the newest name. Throws `unauthenticated` if the user does not exist any more. */
export async function getMe(core: Core, actor: Actor): Promise<UserOutput> {
  const row = await core.queries.users.find(actor.userId)
  if (row === undefined) throw new AppError('unauthenticated')
  return { user: userView(row, actor.access) }
}
