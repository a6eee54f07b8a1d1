import {
  auditExportInputSchema,
  auditExportOutputSchema,
  auditInputSchema,
  auditOutputSchema,
} from '@deskbell/contract/access/audit'
import { beginAuditExport, listAudit } from '@deskbell/core/auth/accounts/audit'
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

  export: adminProcedure
    .meta({
      summary: 'Note an export in the log. With the cursor, `audit.list` reads what is exported, page by page.',
      rest: { method: 'POST', path: '/audit/exports', success: { 201: 'Where the export begins.' } },
    })
    .input(auditExportInputSchema)
    .output(auditExportOutputSchema)
    .mutation(({ ctx, input }) => beginAuditExport(ctx.core, ctx.actor, { ...input, address: ctx.address })),
}
