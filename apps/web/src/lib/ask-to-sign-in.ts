import type { Role, Sdk, User } from '@deskbell/sdk'
import { useEffect } from 'react'
import { importPart, whenIdle } from './loading/import-part.ts'

/** Signing in fails if no answer comes for this long. */
const patienceMs = 10_000

/** The browser did not keep the session cookie: cookies are blocked, or a secure one came without https. */
export class CookieNotKept extends Error {}

/** Loads what `askToSignIn` and the page after it need, while the user fills in the form. */
export function usePreloadedSignIn(): void {
  useEffect(() => whenIdle(preloadSignIn), [])
}

function preloadSignIn(): void {
  importPart(() => import('./loading/sdk-code.ts'))
    .then(({ sdkCode }) => sdkCode.preload())
    .catch(() => undefined)
}

/** A call that signs in. */
export type SignInCall<Answer> = (api: Sdk['api'], options: { readonly signal: AbortSignal }) => Promise<Answer>

/** Makes a call that signs in; the session is a cookie. The forms themselves need no SDK. */
export async function askToSignIn<Answer>(role: Role, call: SignInCall<Answer>): Promise<Answer> {
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), patienceMs)
  try {
    return await Promise.race([ask(role, call, ended.signal), aborted(ended.signal)])
  } finally {
    clearTimeout(timer)
  }
}

/** Returns who has signed in. Throws `CookieNotKept` when the browser refused the session. */
export function keptUser({ user }: { readonly user: User }): User {
  if (!document.cookie.includes(`deskbell_${user.role}_id=${user.id}`)) throw new CookieNotKept()
  return user
}

async function ask<Answer>(role: Role, call: SignInCall<Answer>, signal: AbortSignal): Promise<Answer> {
  const { sdkCode } = await importPart(() => import('./loading/sdk-code.ts'))
  const sdk = sdkCode.createSdk({ url: location.origin, role, session: 'cookie' })
  try {
    return await call(sdk.api, { signal })
  } finally {
    sdk.close()
  }
}

/** Needed beside the signal of the call, because the code of the call itself may not load. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('Nobody has answered in time.')))
  })
}
