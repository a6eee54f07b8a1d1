import { auditInputSchema, auditOutputSchema } from '@deskbell/contract/accounts'
import { listAudit } from '@deskbell/core/auth/accounts/audit'
import { adminProcedure } from '../trpc.ts'

export const auditProcedures = {
  list: adminProcedure
    .meta({
      summary: 'Who did what with accounts, keys and settings, newest first.',
      rest: { method: 'GET', path: '/audit', success: { 200: 'One page of the log.' } },
    })
    .input(auditInputSchema)
    .output(auditOutputSchema)
    .query(({ ctx, input }) => listAudit(ctx.core, ctx.actor, input)),
}
