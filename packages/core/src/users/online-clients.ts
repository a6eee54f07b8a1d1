import type { OnlineInput, OnlineOutput } from '@deskbell/contract/users'
import { readOnlineClients } from '@deskbell/db/queries/presence'
import type { Core } from '../context.ts'

/** Which of these are clients who are here, for lists: one answer for many rows, and nothing is kept between two. */
export async function onlineClients(core: Core, { userIds }: OnlineInput): Promise<OnlineOutput> {
  return { online: await readOnlineClients(core.db.orm, userIds) }
}
