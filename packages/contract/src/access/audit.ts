import { z } from 'zod'
import { type UserId, userIdSchema } from '../ids.ts'
import { auditLimitMax } from '../limits.ts'
import { limitSchema } from '../paging.ts'
import { timeSchema } from '../users.ts'

/** What is in the audit log: the name of the procedure, of the command, or of the step of a sign-in at a provider. */
export const auditActions = [
  'auth.setUp',
  'auth.accept',
  'auth.changePassword',
  'auth.forgotPassword',
  'auth.resetPassword',
  'auth.secondFactor',
  'auth.addPasskey',
  'auth.renamePasskey',
  'auth.removePasskey',
  'auth.beginTotp',
  'auth.confirmTotp',
  'auth.removeTotp',
  'auth.newRecoveryCodes',
  'auth.oidcAccept',
  'auth.oidcLink',
  'auth.oidcSignIn',
  'operators.invite',
  'operators.disable',
  'operators.enable',
  'operators.setAccess',
  'operators.resetPassword',
  'operators.removeFactors',
  'operator add',
  'keys.create',
  'keys.delete',
  'identityKeys.create',
  'identityKeys.delete',
  'audit.export',
] as const
export type AuditAction = (typeof auditActions)[number]

const auditFilter = {
  actorId: userIdSchema.meta({ description: 'Only what this operator did.' }).optional(),
  action: z.enum(auditActions).meta({ description: 'Only acts of this name.' }).optional(),
  from: z.iso.datetime().meta({ description: 'Only what was done at this time or after it.' }).optional(),
  to: z.iso.datetime().meta({ description: 'Only what was done before this time.' }).optional(),
}

export const auditInputSchema = z.strictObject({
  ...auditFilter,
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, 'is not a cursor of this list')
    .meta({ description: 'The `nextCursor` of the page before.' })
    .optional(),
  limit: limitSchema(auditLimitMax),
})
export type AuditInput = z.output<typeof auditInputSchema>

export const auditExportInputSchema = z.strictObject({
  format: z.enum(['csv', 'jsonl']).meta({ description: 'What the entries are written as.' }),
  ...auditFilter,
})
export type AuditExportInput = z.output<typeof auditExportInputSchema>
/** What a page of the log, or an export, is limited to. */
export type AuditFilter = Omit<AuditExportInput, 'format'>

export const auditExportOutputSchema = z.object({ cursor: z.string() })
/** `cursor`: of the entries before that of the export itself. */
export type AuditExportOutput = { cursor: string }

export const auditEntrySchema = z
  .object({
    id: z.int().positive(),
    at: timeSchema,
    actor: z.object({ id: userIdSchema, name: z.string() }).nullable(),
    action: z.string(),
    target: z.string().nullable(),
    address: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })
/** One act of who manages the server: `action` is the name of its procedure. */
export type AuditEntry = {
  id: number
  at: string
  /** Null for who had no account yet. */
  actor: { id: UserId; name: string } | null
  action: string
  /** What it was done to, such as an e-mail address or the name of an operator. */
  target: string | null
  /** The network address of the caller. Null for a command on the server itself. */
  address: string | null
}
export const auditOutputSchema = z.object({ items: z.array(auditEntrySchema), nextCursor: z.string().nullable() })
export type AuditOutput = { items: AuditEntry[]; nextCursor: string | null }
