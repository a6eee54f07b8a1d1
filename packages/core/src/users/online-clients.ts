import type { OnlineInput, OnlineOutput } from '@deskbell/contract/users'
import { readOnlineClients } from '@deskbell/db/queries/users/presence'
import type { Core } from '../context.ts'

/** Returns which of these users are clients who are online. It serves lists: one query for many rows. */
export async function onlineClients(core: Core, { userIds }: OnlineInput): Promise<OnlineOutput> {
  return { online: await readOnlineClients(core.db.orm, userIds) }
}
