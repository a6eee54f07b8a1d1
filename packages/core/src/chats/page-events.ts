import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { PageInput, PageOutput } from '@deskbell/contract/events'
import { unavailableRetrySeconds } from '@deskbell/contract/limits'
import { readLogPage } from '@deskbell/db/queries/log/log'
import type { Core } from '../context.ts'
import { requireVisible } from '../domain/chat-policy.ts'
import { formatCursor } from '../log/cursor.ts'
import { storedEntryView } from '../log/stored-entry-view.ts'

/**
 * A page of the log in ascending order, the newest one without `beforeSeq`, and the cursor to follow from. All of it is
 * from one snapshot.
 */
export async function pageEvents(core: Core, actor: Actor, input: PageInput): Promise<PageOutput> {
  const { chatId, beforeSeq, limit } = input
  const epoch = core.epoch()
  const page = requireVisible(actor, await readLogPage(core.db.orm, { chatId, beforeSeq, limit }))
  requireSameHistory(core, epoch)
  return {
    entries: page.entries.map((row) => storedEntryView(chatId, row, page.marks)),
    cursor: formatCursor({ epoch, seq: page.lastSeq }),
    // The log has no gaps, and its first entry has `seq` 1.
    hasMore: (page.entries[0]?.seq ?? 1) > 1,
    read: page.marks,
    delivered: page.delivered,
  }
}

/** Entries of one epoch must not be returned with the cursor of another. */
function requireSameHistory(core: Core, epoch: string): void {
  if (core.epoch() === epoch) return
  throw new AppError('unavailable', {
    internal: 'the history of the database changed while a page was read',
    retryAfterMs: unavailableRetrySeconds * 1000,
  })
}
