import { endSessionInputSchema, guestInputSchema, sessionsOutputSchema } from '@deskbell/contract/auth'
import { emptyInputSchema, loginOutputSchema } from '@deskbell/contract/users'
import { endSession } from '@deskbell/core/auth/end-session'
import { listSessions } from '@deskbell/core/auth/list-sessions'
import { signInGuest } from '@deskbell/core/auth/sign-in-guest'
import { z } from 'zod'
import { publicProcedure, signedInProcedure } from '../trpc.ts'

export const authProcedures = {
  guest: publicProcedure
    .meta({
      summary: 'Sign in as a new anonymous client, who has no e-mail address and sees own chats only.',
      rate: 'signIn',
      rest: { method: 'POST', path: '/auth/guest', success: { 201: 'Signed in; the session cookie is set too.' } },
    })
    .input(guestInputSchema)
    .output(loginOutputSchema)
    .mutation(async ({ ctx, input = {} }) => {
      const session = await signInGuest(ctx.core, input)
      ctx.session.setCookie(session)
      return session
    }),

  sessions: signedInProcedure
    .meta({
      summary: 'Where the user is signed in, newest first.',
      rest: { method: 'GET', path: '/auth/sessions', success: { 200: 'All own sessions.' } },
    })
    .input(emptyInputSchema)
    .output(sessionsOutputSchema)
    .query(({ ctx }) => listSessions(ctx.core, ctx.actor)),

  endSession: signedInProcedure
    .meta({
      summary: 'End an own session. Its token ends at once, and its sockets within two seconds.',
      errors: ['not_found'],
      rest: { method: 'DELETE', path: '/auth/sessions/{sessionId}', success: { 204: 'The session has ended.' } },
    })
    .input(endSessionInputSchema)
    .output(z.void())
    .mutation(async ({ ctx, input }) => {
      await endSession(ctx.core, ctx.actor, input)
      if (input.sessionId === ctx.actor.sessionId) ctx.session.clearCookie(ctx.actor.role)
    }),
}
