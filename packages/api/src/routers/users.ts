import {
  emptyInputSchema,
  loginInputSchema,
  loginOutputSchema,
  onlineInputSchema,
  onlineOutputSchema,
  userOutputSchema,
} from '@deskbell/contract/users'
import { login } from '@deskbell/core/auth/login'
import { logout } from '@deskbell/core/auth/logout'
import { getMe } from '@deskbell/core/users/get-me'
import { onlineClients } from '@deskbell/core/users/online-clients'
import { z } from 'zod'
import { operatorProcedure, publicProcedure, signedInProcedure } from '../trpc.ts'

export const usersProcedures = {
  login: publicProcedure
    .meta({
      mode: 'open',
      summary: 'Sign in. One user exists per e-mail and role; a new name replaces the old.',
      rate: 'signIn',
      rest: { method: 'POST', path: '/users/login', success: { 200: 'Signed in; the session cookie is set too.' } },
    })
    .input(loginInputSchema)
    .output(loginOutputSchema)
    .mutation(async ({ ctx, input }) => {
      const session = await login(ctx.core, input)
      ctx.session.setCookie(session)
      return session
    }),

  me: signedInProcedure
    .meta({
      summary: 'Who is signed in.',
      rest: { method: 'GET', path: '/users/me', success: { 200: 'The user of the session.' } },
    })
    .input(emptyInputSchema)
    .output(userOutputSchema)
    .query(({ ctx }) => getMe(ctx.core, ctx.actor)),

  online: operatorProcedure
    .meta({ summary: 'Which of these users are clients who are here.' })
    .input(onlineInputSchema)
    .output(onlineOutputSchema)
    .query(({ ctx, input }) => onlineClients(ctx.core, input)),

  logout: signedInProcedure
    .meta({
      scope: 'none',
      summary: 'Sign out. The token ends at once, and its sockets within two seconds.',
      rest: { method: 'POST', path: '/users/logout', success: { 204: 'Signed out.' } },
    })
    .input(emptyInputSchema)
    .output(z.void())
    .mutation(async ({ ctx }) => {
      await logout(ctx.core, ctx.actor)
      ctx.session.clearCookie(ctx.actor.role)
    }),
}
