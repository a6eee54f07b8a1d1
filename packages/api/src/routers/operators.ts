import {
  inviteInputSchema,
  inviteOutputSchema,
  operatorInputSchema,
  operatorOutputSchema,
  operatorsOutputSchema,
  resetLinkOutputSchema,
  setAccessInputSchema,
} from '@deskbell/contract/access/accounts'
import { emptyInputSchema } from '@deskbell/contract/users'
import { invite } from '@deskbell/core/auth/accounts/invitations'
import { createResetLink } from '@deskbell/core/auth/accounts/reset-password'
import { disableOperator, enableOperator, listOperators, setAccess } from '@deskbell/core/operators/manage-operators'
import { removeFactors } from '@deskbell/core/operators/remove-factors'
import { adminProcedure, operatorProcedure } from '../trpc.ts'

export const operatorsProcedures = {
  list: operatorProcedure
    .meta({
      summary: 'All operators by name. Only admins see addresses, and who is disabled.',
      rest: { method: 'GET', path: '/operators', success: { 200: 'All operators.' } },
    })
    .input(emptyInputSchema)
    .output(operatorsOutputSchema)
    .query(({ ctx }) => listOperators(ctx.core, ctx.actor)),

  invite: adminProcedure
    .meta({
      mode: 'secure',
      summary: 'Invite somebody to become an operator. An earlier invitation of the address ends.',
      rest: { method: 'POST', path: '/operators/invitations', success: { 201: 'The invitation and its link.' } },
    })
    .input(inviteInputSchema)
    .output(inviteOutputSchema)
    .mutation(({ ctx, input }) => {
      const linkTo = (token: string) => ctx.linkTo('/invitation', token)
      return invite(ctx.core, ctx.actor, { input, linkTo, address: ctx.address })
    }),

  disable: adminProcedure
    .meta({
      mode: 'secure',
      summary: 'Disable an operator: its sessions end, and its open chats return to the queue.',
      errors: ['not_found', 'last_admin'],
      rest: { method: 'POST', path: '/operators/{operatorId}/disable', success: { 200: 'The operator.' } },
    })
    .input(operatorInputSchema)
    .output(operatorOutputSchema)
    .mutation(({ ctx, input }) => disableOperator(ctx.core, ctx.actor, { ...input, address: ctx.address })),

  enable: adminProcedure
    .meta({
      mode: 'secure',
      summary: 'Let a disabled operator sign in again.',
      errors: ['not_found'],
      rest: { method: 'POST', path: '/operators/{operatorId}/enable', success: { 200: 'The operator.' } },
    })
    .input(operatorInputSchema)
    .output(operatorOutputSchema)
    .mutation(({ ctx, input }) => enableOperator(ctx.core, ctx.actor, { ...input, address: ctx.address })),

  resetPassword: adminProcedure
    .meta({
      mode: 'secure',
      summary: 'Make a link with which an operator chooses a new password, for who has forgotten the old one.',
      errors: ['not_found'],
      rest: { method: 'POST', path: '/operators/{operatorId}/reset-password', success: { 201: 'The link.' } },
    })
    .input(operatorInputSchema)
    .output(resetLinkOutputSchema)
    .mutation(({ ctx, input }) => {
      const linkTo = (token: string) => ctx.linkTo('/reset', token)
      return createResetLink(ctx.core, ctx.actor, { ...input, linkTo, address: ctx.address })
    }),

  setAccess: adminProcedure
    .meta({
      mode: 'secure',
      summary: 'Make an operator an admin, or an admin an operator. Its sessions end.',
      errors: ['not_found', 'last_admin'],
      rest: { method: 'POST', path: '/operators/{operatorId}/access', success: { 200: 'The operator.' } },
    })
    .input(setAccessInputSchema)
    .output(operatorOutputSchema)
    .mutation(({ ctx, input }) => setAccess(ctx.core, ctx.actor, { ...input, address: ctx.address })),

  removeFactors: adminProcedure
    .meta({
      mode: 'secure',
      summary: 'Remove all second factors of an operator who has lost them. Its sessions end.',
      errors: ['proof_required', 'not_found'],
      rest: { method: 'POST', path: '/operators/{operatorId}/remove-factors', success: { 200: 'The operator.' } },
    })
    .input(operatorInputSchema)
    .output(operatorOutputSchema)
    .mutation(({ ctx, input }) => removeFactors(ctx.core, ctx.actor, { ...input, address: ctx.address })),
}
