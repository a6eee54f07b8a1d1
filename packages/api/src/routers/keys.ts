import {
  createKeyInputSchema,
  createKeyOutputSchema,
  deleteKeyInputSchema,
  keysOutputSchema,
} from '@deskbell/contract/access/keys'
import { emptyInputSchema } from '@deskbell/contract/users'
import { createKey, deleteKey, listKeys } from '@deskbell/core/operators/keys/manage-keys'
import { z } from 'zod'
import { adminProcedure } from '../trpc.ts'

export const keysProcedures = {
  create: adminProcedure
    .meta({
      summary: 'Make a key for a program, which acts as an operator of its name. The secret is shown this once.',
      rest: { method: 'POST', path: '/keys', success: { 201: 'The key and its secret.' } },
    })
    .input(createKeyInputSchema)
    .output(createKeyOutputSchema)
    .mutation(({ ctx, input }) => createKey(ctx.core, ctx.actor, { ...input, address: ctx.address })),

  list: adminProcedure
    .meta({
      summary: 'All keys, oldest first, without their secrets.',
      rest: { method: 'GET', path: '/keys', success: { 200: 'All keys.' } },
    })
    .input(emptyInputSchema)
    .output(keysOutputSchema)
    .query(({ ctx }) => listKeys(ctx.core)),

  delete: adminProcedure
    .meta({
      summary: 'Delete a key. It ends at once, and its sockets within two seconds.',
      errors: ['not_found'],
      rest: { method: 'DELETE', path: '/keys/{keyId}', success: { 204: 'The key has ended.' } },
    })
    .input(deleteKeyInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => deleteKey(ctx.core, ctx.actor, { ...input, address: ctx.address })),
}
