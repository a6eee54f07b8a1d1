import { buffer } from 'node:stream/consumers'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import type { UserRow } from '@deskbell/db/queries/users/users'
import type { Core } from '../context.ts'
import { avatarUrlOf } from '../domain/user-view.ts'
import { avatarType } from '../stored-files/avatars.ts'

export type OpenedAvatar = {
  mediaType: string
  /** The address that names this picture and no other. */
  url: string
  /** Changes with the bytes. */
  tag: string
  read(): Promise<Buffer>
}

/**
 * Returns the picture of a user. Operators see all; a client sees its own and those of operators. Throws `not_found`, with
 * the same answer for a user without a picture.
 */
export async function openAvatar(core: Core, actor: Actor, userId: UserId): Promise<OpenedAvatar> {
  const user = await core.queries.users.find(userId)
  if (user === undefined || !maySee(actor, user)) throw new AppError('not_found')
  const { avatarId } = user
  const url = avatarUrlOf(userId, avatarId)
  if (avatarId === null || url === null) throw new AppError('not_found')
  return {
    mediaType: avatarType,
    url,
    tag: avatarId,
    // It is a few kilobytes, which we have made.
    read: async () => await buffer(await core.avatars.read(userId, avatarId)),
  }
}

function maySee(actor: Actor, { id, role }: UserRow): boolean {
  return actor.role === 'operator' || role === 'operator' || actor.userId === id
}
