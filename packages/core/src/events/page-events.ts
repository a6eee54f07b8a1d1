import { setTimeout as delay } from 'node:timers/promises'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { PageInput, PageOutput } from '@deskbell/contract/events'
import { unavailableRetrySeconds } from '@deskbell/contract/limits'
import { readLogPage } from '@deskbell/db/queries/log'
import { requireVisible } from '../chats/chat-policy.ts'
import type { Core } from '../context.ts'
import { formatCursor } from './cursor.ts'
import { storedEntryView } from './stored-entry-view.ts'

/** A page of the log, newest first page, and the place from which to follow; all from one snapshot. */
export async function pageEvents(core: Core, actor: Actor, input: PageInput): Promise<PageOutput> {
  const { chatId, beforeSeq, limit } = input
  const epoch = core.epoch()
  const page = requireVisible(actor, await readLogPage(core.db.orm, { chatId, beforeSeq, limit }))
  await requireSameHistory(core, epoch)
  return {
    entries: page.entries.map((row) => storedEntryView(chatId, row, page.marks)),
    cursor: formatCursor({ epoch, seq: page.lastSeq }),
    // The log has no gaps, so its first entry is 1.
    hasMore: (page.entries[0]?.seq ?? 1) > 1,
    read: page.marks,
    delivered: page.delivered,
  }
}

const trustMs = 1_000

/** Entries of one history must not go out with the cursor of another. */
async function requireSameHistory(core: Core, epoch: string): Promise<void> {
  if (!core.hub.isTrusted) {
    const timer = new AbortController()
    await Promise.race([core.hub.trusted(), delay(trustMs, undefined, { signal: timer.signal, ref: false })]).finally(
      () => timer.abort(),
    )
  }
  if (core.hub.isTrusted && core.epoch() === epoch) return
  throw new AppError('unavailable', {
    internal: 'the history of the database is in doubt',
    retryAfterMs: unavailableRetrySeconds * 1000,
  })
}
