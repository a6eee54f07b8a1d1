import type { LoginOutput } from '@deskbell/contract/users'
import type { RequestContext } from '../context.ts'

/** Also a browser keeps the session. */
export function signedIn({ session }: RequestContext, login: LoginOutput): LoginOutput {
  session.setCookie(login)
  return login
}
