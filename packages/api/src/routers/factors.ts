import {
  addPasskeyInputSchema,
  addPasskeyOutputSchema,
  confirmTotpInputSchema,
  factorsOutputSchema,
  passkeyInputSchema,
  passkeyOptionsInputSchema,
  passkeyOptionsOutputSchema,
  passkeyOutputSchema,
  passkeySignInInputSchema,
  proveInputSchema,
  proveOutputSchema,
  recoveryCodesOutputSchema,
  renamePasskeyInputSchema,
  secondFactorInputSchema,
  totpOutputSchema,
} from '@deskbell/contract/access/factors'
import { emptyInputSchema, loginOutputSchema } from '@deskbell/contract/users'
import {
  addPasskey,
  beginPasskey,
  passkeyOptions,
  removePasskey,
  renamePasskey,
} from '@deskbell/core/auth/factors/passkeys'
import { listFactors, prove } from '@deskbell/core/auth/factors/prove'
import { newRecoveryCodes } from '@deskbell/core/auth/factors/recovery-codes'
import { passkeySignIn, secondFactor } from '@deskbell/core/auth/factors/second-factor'
import { beginTotp, confirmTotp, removeTotp } from '@deskbell/core/auth/factors/totp'
import { z } from 'zod'
import type { RequestContext } from '../context.ts'
import { operatorProcedure, publicProcedure } from '../trpc.ts'
import { signedIn } from './signed-in.ts'

const callerOf = ({ address, site }: RequestContext) => ({ address, site })

/** A part of `auth`. */
export const factorsProcedures = {
  secondFactor: publicProcedure
    .meta({
      signsIn: 'operator',
      mode: 'secure',
      summary:
        'Complete a sign-in with a second factor. A challenge takes five wrong codes, and ends after five minutes.',
      rate: 'signIn',
      errors: ['forbidden', 'invalid_credentials'],
      rest: {
        method: 'POST',
        path: '/auth/second-factor',
        success: { 200: 'Signed in; the session cookie is set too.' },
      },
    })
    .input(secondFactorInputSchema)
    .output(loginOutputSchema)
    .mutation(async ({ ctx, input }) => signedIn(ctx, await secondFactor(ctx.core, input, callerOf(ctx)))),

  passkeyOptions: publicProcedure
    .meta({
      signsIn: 'operator',
      mode: 'secure',
      summary: 'Begin a sign-in or a proof by passkey: what the browser needs for it.',
      rate: 'signIn',
      errors: ['forbidden', 'invalid_credentials'],
      rest: {
        method: 'POST',
        path: '/auth/passkey-options',
        success: { 200: 'Options for `navigator.credentials.get`, for one use within five minutes.' },
      },
    })
    .input(passkeyOptionsInputSchema)
    .output(passkeyOptionsOutputSchema)
    .mutation(({ ctx, input }) => passkeyOptions(ctx.core, input, ctx.site)),

  passkeySignIn: publicProcedure
    .meta({
      signsIn: 'operator',
      mode: 'secure',
      summary: 'Sign in as an operator by a passkey alone.',
      rate: 'signIn',
      errors: ['forbidden', 'invalid_credentials'],
      rest: {
        method: 'POST',
        path: '/auth/passkey-sign-in',
        success: { 200: 'Signed in; the session cookie is set too.' },
      },
    })
    .input(passkeySignInInputSchema)
    .output(loginOutputSchema)
    .mutation(async ({ ctx, input }) => signedIn(ctx, await passkeySignIn(ctx.core, input, callerOf(ctx)))),

  prove: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Prove anew who you are, for the next 15 minutes of this session.',
      rate: 'signIn',
      errors: ['invalid_credentials'],
      rest: { method: 'POST', path: '/auth/prove', success: { 200: 'How long the proof lasts.' } },
    })
    .input(proveInputSchema)
    .output(proveOutputSchema)
    .mutation(({ ctx, input }) => prove(ctx.core, ctx.actor, { ...input, ...callerOf(ctx) })),

  factors: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'The own second factors, without their secrets.',
      rest: { method: 'GET', path: '/auth/factors', success: { 200: 'The own factors.' } },
    })
    .input(emptyInputSchema)
    .output(factorsOutputSchema)
    .query(({ ctx }) => listFactors(ctx.core, ctx.actor)),

  beginPasskey: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Begin to add a passkey: what the browser needs for it.',
      errors: ['proof_required'],
      rest: {
        method: 'POST',
        path: '/auth/passkeys/options',
        success: { 200: 'Options for `navigator.credentials.create`, for one use within five minutes.' },
      },
    })
    .input(emptyInputSchema)
    .output(passkeyOptionsOutputSchema)
    .mutation(({ ctx }) => beginPasskey(ctx.core, ctx.actor, callerOf(ctx))),

  addPasskey: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Add a passkey. From then on a password alone signs nobody in.',
      errors: ['proof_required', 'invalid_credentials'],
      rest: {
        method: 'POST',
        path: '/auth/passkeys',
        success: { 201: 'The passkey; with the first factor also recovery codes, which are shown this once.' },
      },
    })
    .input(addPasskeyInputSchema)
    .output(addPasskeyOutputSchema)
    .mutation(({ ctx, input }) => addPasskey(ctx.core, ctx.actor, { ...input, ...callerOf(ctx) })),

  renamePasskey: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Rename an own passkey.',
      errors: ['not_found'],
      rest: { method: 'POST', path: '/auth/passkeys/{passkeyId}', success: { 200: 'The passkey.' } },
    })
    .input(renamePasskeyInputSchema)
    .output(passkeyOutputSchema)
    .mutation(({ ctx, input }) => renamePasskey(ctx.core, ctx.actor, { ...input, ...callerOf(ctx) })),

  removePasskey: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Remove an own passkey. With the last factor the recovery codes end.',
      errors: ['proof_required', 'not_found'],
      rest: { method: 'DELETE', path: '/auth/passkeys/{passkeyId}', success: { 204: 'The passkey was removed.' } },
    })
    .input(passkeyInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => removePasskey(ctx.core, ctx.actor, { ...input, ...callerOf(ctx) })),

  beginTotp: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Begin to add an authenticator app. It does not count before `auth.confirmTotp`.',
      errors: ['proof_required'],
      rest: {
        method: 'POST',
        path: '/auth/totp',
        success: { 200: 'The secret for the app, which is shown this once.' },
      },
    })
    .input(emptyInputSchema)
    .output(totpOutputSchema)
    .mutation(({ ctx }) => beginTotp(ctx.core, ctx.actor, callerOf(ctx))),

  confirmTotp: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Add the authenticator app by its first code. From then on a password alone signs nobody in.',
      errors: ['proof_required', 'not_found', 'invalid_credentials'],
      rest: {
        method: 'POST',
        path: '/auth/totp/confirm',
        success: { 200: 'New recovery codes, which are shown this once.' },
      },
    })
    .input(confirmTotpInputSchema)
    .output(recoveryCodesOutputSchema)
    .mutation(({ ctx, input }) => confirmTotp(ctx.core, ctx.actor, { ...input, ...callerOf(ctx) })),

  removeTotp: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Remove the authenticator app. With the last factor the recovery codes end.',
      errors: ['proof_required', 'not_found'],
      rest: { method: 'DELETE', path: '/auth/totp', success: { 204: 'The app was removed.' } },
    })
    .input(emptyInputSchema)
    .output(z.void())
    .mutation(({ ctx }) => removeTotp(ctx.core, ctx.actor, callerOf(ctx))),

  newRecoveryCodes: operatorProcedure
    .meta({
      mode: 'secure',
      scope: 'none',
      summary: 'Replace the own recovery codes.',
      errors: ['proof_required', 'not_found'],
      rest: {
        method: 'POST',
        path: '/auth/recovery-codes',
        success: { 200: 'Ten codes, which are shown this once.' },
      },
    })
    .input(emptyInputSchema)
    .output(recoveryCodesOutputSchema)
    .mutation(({ ctx }) => newRecoveryCodes(ctx.core, ctx.actor, callerOf(ctx))),
}
