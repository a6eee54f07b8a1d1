import type { LoginInput, User } from '@deskbell/contract/users'
import { importPart } from '../../lib/import-part.ts'

/** Who signs in and hears nothing for this long is told so. */
const patienceMs = 10_000

/** The browser did not keep the session's cookie: cookies are blocked, or a secure one came without https. */
export class CookieNotKept extends Error {}

/** Loads what `signIn` and the page after it would load when they need it, while somebody fills in the form. */
export function preloadSignIn(): void {
  const parts = [
    () => import('@deskbell/sdk'),
    () => import('@deskbell/sdk/create-access'),
    () => import('@deskbell/sdk/indexeddb-storage'),
  ]
  for (const part of parts) importPart<unknown>(part).catch(() => undefined)
}

/** Signs in; the session comes as a cookie. The form itself stands without the SDK. */
export async function signIn(input: LoginInput): Promise<User> {
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), patienceMs)
  try {
    return await Promise.race([ask(input, ended.signal), aborted(ended.signal)])
  } finally {
    clearTimeout(timer)
  }
}

async function ask(input: LoginInput, signal: AbortSignal): Promise<User> {
  const { createSdk } = await importPart(() => import('@deskbell/sdk'))
  const sdk = createSdk({ url: location.origin, role: input.role, session: 'cookie' })
  try {
    const { user } = await sdk.client.users.login.mutate(input, { signal })
    if (!document.cookie.includes(`deskbell_${user.role}_id=${user.id}`)) throw new CookieNotKept()
    return user
  } finally {
    sdk.close()
  }
}

/** The code of the call may be what does not come. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('Nobody has answered in time.')))
  })
}
