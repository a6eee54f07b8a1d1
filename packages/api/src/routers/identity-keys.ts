import {
  createIdentityKeyInputSchema,
  createIdentityKeyOutputSchema,
  deleteIdentityKeyInputSchema,
  identityKeysOutputSchema,
} from '@deskbell/contract/access/identity'
import { emptyInputSchema } from '@deskbell/contract/users'
import {
  createIdentityKey,
  deleteIdentityKey,
  listIdentityKeys,
} from '@deskbell/core/auth/identity/manage-identity-keys'
import { z } from 'zod'
import { adminProcedure } from '../trpc.ts'

export const identityKeysProcedures = {
  create: adminProcedure
    .meta({
      summary: 'Make a key with which the own site signs who its clients are. A secret is shown this once.',
      errors: ['too_many_keys'],
      rest: {
        method: 'POST',
        path: '/identity-keys',
        success: { 201: 'The id of the key, and its secret for HS256.' },
      },
    })
    .input(createIdentityKeyInputSchema)
    .output(createIdentityKeyOutputSchema)
    .mutation(({ ctx, input }) => createIdentityKey(ctx.core, ctx.actor, { ...input, address: ctx.address })),

  list: adminProcedure
    .meta({
      summary: 'The identity keys, oldest first, without their secrets.',
      rest: { method: 'GET', path: '/identity-keys', success: { 200: 'All identity keys.' } },
    })
    .input(emptyInputSchema)
    .output(identityKeysOutputSchema)
    .query(({ ctx }) => listIdentityKeys(ctx.core)),

  delete: adminProcedure
    .meta({
      summary: 'Delete an identity key. What it has signed is not accepted any more; sessions go on until they end.',
      errors: ['not_found'],
      rest: { method: 'DELETE', path: '/identity-keys/{kid}', success: { 204: 'The key was deleted.' } },
    })
    .input(deleteIdentityKeyInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => deleteIdentityKey(ctx.core, ctx.actor, { ...input, address: ctx.address })),
}
