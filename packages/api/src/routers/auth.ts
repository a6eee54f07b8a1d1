import {
  acceptInputSchema,
  changePasswordInputSchema,
  forgotPasswordInputSchema,
  resetPasswordInputSchema,
  setUpInputSchema,
  signInInputSchema,
} from '@deskbell/contract/access/accounts'
import { endSessionInputSchema, guestInputSchema, sessionsOutputSchema } from '@deskbell/contract/access/auth'
import { signInOutputSchema } from '@deskbell/contract/access/factors'
import { identifyInputSchema } from '@deskbell/contract/access/identity'
import { emptyInputSchema, loginOutputSchema } from '@deskbell/contract/users'
import { changePassword } from '@deskbell/core/auth/accounts/change-password'
import { accept } from '@deskbell/core/auth/accounts/invitations'
import type { LinkCaller } from '@deskbell/core/auth/accounts/link-caller'
import { forgotPassword, resetPassword } from '@deskbell/core/auth/accounts/reset-password'
import { setUp } from '@deskbell/core/auth/accounts/set-up'
import { signIn } from '@deskbell/core/auth/accounts/sign-in'
import { endSession } from '@deskbell/core/auth/end-session'
import { identify } from '@deskbell/core/auth/identity/identify'
import { listSessions } from '@deskbell/core/auth/list-sessions'
import { signInGuest } from '@deskbell/core/auth/sign-in-guest'
import { z } from 'zod'
import type { RequestContext } from '../context.ts'
import { inTurnOfAddress, operatorProcedure, publicProcedure, signedInProcedure } from '../trpc.ts'
import { factorsProcedures } from './factors.ts'
import { signedIn } from './signed-in.ts'

const linkCallerOf = (ctx: RequestContext): LinkCaller => ({
  address: ctx.address,
  isWaiting: () => !ctx.isGone(),
})

export const authProcedures = {
  ...factorsProcedures,

  setUp: publicProcedure
    .meta({
      signsIn: 'operator',
      mode: 'secure',
      summary: 'Make the first admin, with the link that the server prints at its start. Works once.',
      rate: 'signIn',
      errors: ['forbidden', 'not_found'],
      rest: { method: 'POST', path: '/auth/setup', success: { 201: 'Signed in; the session cookie is set too.' } },
    })
    .input(setUpInputSchema)
    .output(loginOutputSchema)
    .mutation(async ({ ctx, input }) =>
      signedIn(ctx, await inTurnOfAddress(ctx, () => setUp(ctx.core, input, linkCallerOf(ctx)))),
    ),

  signIn: publicProcedure
    .meta({
      signsIn: 'operator',
      mode: 'secure',
      summary: 'Sign in as an operator by address and password. Who has second factors gets a challenge.',
      rate: 'signIn',
      errors: ['forbidden', 'invalid_credentials'],
      rest: {
        method: 'POST',
        path: '/auth/sign-in',
        success: { 200: 'Signed in, and the session cookie is set too; or a challenge for `auth.secondFactor`.' },
      },
    })
    .input(signInInputSchema)
    .output(signInOutputSchema)
    .mutation(async ({ ctx, input }) => {
      const output = await inTurnOfAddress(ctx, () => signIn(ctx.core, input, ctx.address))
      return 'challenge' in output ? output : signedIn(ctx, output)
    }),

  accept: publicProcedure
    .meta({
      signsIn: 'operator',
      mode: 'secure',
      summary: 'Accept an invitation, with the link of it.',
      rate: 'signIn',
      errors: ['forbidden', 'not_found'],
      rest: { method: 'POST', path: '/auth/accept', success: { 201: 'Signed in; the session cookie is set too.' } },
    })
    .input(acceptInputSchema)
    .output(loginOutputSchema)
    .mutation(async ({ ctx, input }) =>
      signedIn(ctx, await inTurnOfAddress(ctx, () => accept(ctx.core, input, linkCallerOf(ctx)))),
    ),

  forgotPassword: publicProcedure
    .meta({
      signsIn: 'operator',
      mode: 'secure',
      summary:
        'Have a link to choose a new password mailed. The answer does not say whether the address has an account.',
      rate: 'signIn',
      errors: ['forbidden'],
      rest: { method: 'POST', path: '/auth/forgot-password', success: { 204: 'A mail is on its way, if it can be.' } },
    })
    .input(forgotPasswordInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => {
      const linkTo = (token: string) => ctx.linkTo('/reset', token)
      return forgotPassword(ctx.core, { ...input, linkTo, address: ctx.address })
    }),

  resetPassword: publicProcedure
    .meta({
      signsIn: 'operator',
      mode: 'secure',
      summary: 'Choose a new password with the link for it. All sessions of the operator end.',
      rate: 'signIn',
      errors: ['forbidden', 'not_found'],
      rest: { method: 'POST', path: '/auth/reset-password', success: { 204: 'The password was replaced.' } },
    })
    .input(resetPasswordInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => inTurnOfAddress(ctx, () => resetPassword(ctx.core, input, linkCallerOf(ctx)))),

  changePassword: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Replace the own password. All other own sessions end.',
      errors: ['invalid_credentials'],
      rest: { method: 'POST', path: '/auth/password', success: { 204: 'The password was replaced.' } },
    })
    .input(changePasswordInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => changePassword(ctx.core, ctx.actor, { ...input, address: ctx.address })),

  guest: publicProcedure
    .meta({
      signsIn: 'client',
      summary: 'Sign in as a new anonymous client, who has no e-mail address and sees own chats only.',
      rate: 'signIn',
      rest: { method: 'POST', path: '/auth/guest', success: { 201: 'Signed in; the session cookie is set too.' } },
    })
    .input(guestInputSchema)
    .output(loginOutputSchema)
    .mutation(async ({ ctx, input = {} }) => signedIn(ctx, await signInGuest(ctx.core, input, ctx.address))),

  identify: publicProcedure
    .meta({
      signsIn: 'client',
      summary: 'Sign in as the client that a token of the own site names. The same `sub` is the same client for ever.',
      rate: 'signIn',
      errors: ['invalid_credentials'],
      rest: { method: 'POST', path: '/auth/identify', success: { 200: 'Signed in; the session cookie is set too.' } },
    })
    .input(identifyInputSchema)
    .output(loginOutputSchema)
    .mutation(async ({ ctx, input }) => {
      const token = { ...input, audience: ctx.audience() }
      return signedIn(ctx, await identify(ctx.core, await ctx.authenticate(), token))
    }),

  sessions: signedInProcedure
    .meta({
      scope: 'none',
      summary: 'Where the user is signed in, newest first.',
      rest: { method: 'GET', path: '/auth/sessions', success: { 200: 'All own sessions.' } },
    })
    .input(emptyInputSchema)
    .output(sessionsOutputSchema)
    .query(({ ctx }) => listSessions(ctx.core, ctx.actor)),

  endSession: signedInProcedure
    .meta({
      scope: 'none',
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
