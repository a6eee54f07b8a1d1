import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { deleteUpload } from '@deskbell/db/queries/files/uploads'
import type { Core } from '../context.ts'

/** Removes an own upload that no message has. Throws `not_found`. */
export async function removeUpload(core: Core, actor: Actor, id: string): Promise<void> {
  if (!(await deleteUpload(core.db.orm, { id, userId: actor.userId }))) throw new AppError('not_found')
  core.files.discard([id])
}
