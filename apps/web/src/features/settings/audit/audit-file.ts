import type { AppRouter } from '@deskbell/sdk'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'

export type AuditPage = inferRouterOutputs<AppRouter>['audit']['list']
export type AuditEntry = AuditPage['items'][number]
export type AuditFormat = inferRouterInputs<AppRouter>['audit']['export']['format']

type AuditFileFormat = {
  readonly mediaType: string
  /** Stands before the first entry. */
  readonly head: string
  readonly write: (entry: AuditEntry) => string
}

const columns = ['id', 'at', 'actorId', 'actor', 'action', 'target', 'address']

/** How the audit log is written into a file. */
export const auditFormats: Readonly<Record<AuditFormat, AuditFileFormat>> = {
  csv: {
    mediaType: 'text/csv;charset=utf-8',
    // Without the mark spreadsheets take UTF-8 for something else.
    head: `\uFEFF${csvLine(columns)}`,
    write: ({ id, at, actor, action, target, address }) =>
      csvLine([String(id), at, String(actor?.id ?? ''), actor?.name ?? '', action, target ?? '', address ?? '']),
  },
  jsonl: { mediaType: 'application/jsonl', head: '', write: (entry) => `${JSON.stringify(entry)}\n` },
}

/** Writes a line as RFC 4180 says. */
function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${harmless(cell).replaceAll('"', '""')}"`).join(',')}\r\n`
}

/**
 * Spreadsheets take a cell that begins with one of these for a formula, in quotes too: an apostrophe before it makes it a
 * text (OWASP ASVS 5.0, 1.2.10, and the wide forms, which some of them read as the plain ones).
 */
function harmless(cell: string): string {
  return /^[=+\-@\t\r\n\0＝＋－＠]/.test(cell) ? `'${cell}` : cell
}
