import type { User } from '@deskbell/contract/users'
import { errorCode, SdkError } from '../base/errors.ts'
import type { SdkOptions } from '../base/options.ts'
import { withTimeout } from '../base/timers.ts'
import type { Session } from '../connection/session.ts'

export type AvatarContext = Pick<SdkOptions, 'url' | 'fetch'> & {
  session: Pick<Session, 'headers' | 'confirm'>
  manager: { renew(): void }
}

/** A picture of 5 MiB over a slow line. */
const callMs = 120_000

/**
 * Replaces the picture of the signed-in operator, or takes it away. Calls once: it may be repeated. Rejects with
 * `SdkError`, `unavailable` without an answer.
 */
export async function setAvatar(context: AvatarContext, image: Blob | null): Promise<User> {
  const user = await call(context, image)
  context.session.confirm(user)
  // The connection names the author of what it sends with the picture of before.
  context.manager.renew()
  return user
}

async function call({ url, fetch = globalThis.fetch, session }: AvatarContext, image: Blob | null): Promise<User> {
  const headers = { ...session.headers(), ...(image !== null && { 'content-type': 'application/octet-stream' }) }
  const method = image === null ? 'DELETE' : 'PUT'
  try {
    return await withTimeout(callMs, async (signal) => {
      const response = await fetch(new URL('/api/users/me/avatar', url), { method, headers, body: image, signal })
      const answer: unknown = await response.json()
      if (!response.ok) throw new SdkError(errorCode({ data: answer }) ?? 'unavailable')
      return (answer as { user: User }).user
    })
  } catch (cause) {
    throw cause instanceof SdkError ? cause : new SdkError('unavailable', { cause })
  }
}
