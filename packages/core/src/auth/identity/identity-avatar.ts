import { avatarRetryMs } from '@deskbell/contract/limits'
import { forgetAvatarSource, replaceAvatar, wantAvatar } from '@deskbell/db/queries/users/avatars'
import type { UserRow } from '@deskbell/db/queries/users/users'
import type { Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { hashOfUrl } from '../../stored-files/avatar-fetches.ts'

/** What the picture of a token means for its client. */
export type NotedAvatar = {
  user: UserRow
  /** Call it after the commit, and do not wait. */
  follow(): void
}

/**
 * Notes what an identity token says of the picture of its client: another URL is fetched later, and null takes the picture
 * away. Needs the lock of the client.
 */
export async function noteAvatar(
  core: Core,
  tx: Tx,
  { user, avatarUrl }: { user: UserRow; avatarUrl: string | null | undefined },
): Promise<NotedAvatar> {
  const nothing = { user, follow: () => undefined }
  const { id: userId } = user
  if (avatarUrl === undefined) return nothing
  if (avatarUrl !== null) {
    const now = core.clock.now()
    const retryBefore = new Date(now.getTime() - avatarRetryMs)
    const isWanted = await wantAvatar(tx, { userId, urlHash: hashOfUrl(avatarUrl), now, retryBefore })
    return isWanted ? { ...nothing, follow: () => core.avatarFetches.add({ userId, url: avatarUrl }) } : nothing
  }
  await forgetAvatarSource(tx, userId)
  if (user.avatarId === null) return nothing
  const removed = await replaceAvatar(tx, { userId, avatarId: null })
  if (removed === undefined) return nothing
  return { user: removed.user, follow: () => core.avatarFetches.replaced(userId, removed.before) }
}
