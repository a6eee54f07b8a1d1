import { AppError } from '@deskbell/contract/errors'
import type { LoginOutput } from '@deskbell/contract/users'
import { endSession } from '@deskbell/core/auth/end-session'
import type { RequestContext } from '../context.ts'

/** Also a browser keeps the session, in place of the one that it had. */
export async function signedIn(ctx: RequestContext, login: LoginOutput): Promise<LoginOutput> {
  if (ctx.session.isCookie) await endReplaced(ctx, login)
  ctx.session.setCookie(login)
  return login
}

/** The browser forgets the token of its cookie. So that session ends: whoever has seen the token has it in vain. */
async function endReplaced({ core, authenticate }: RequestContext, { user }: LoginOutput): Promise<void> {
  const before = await authenticate()
  if (before === null || before.role !== user.role) return
  try {
    await endSession(core, before, { sessionId: before.sessionId })
  } catch (error) {
    // The sign-in itself has ended it, as an identification ends that of a guest.
    if (!(error instanceof AppError && error.code === 'not_found')) throw error
  }
}
