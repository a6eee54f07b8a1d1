import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import type { Actor } from '@deskbell/contract/actor'
import type { Chat } from '@deskbell/contract/chats'
import type { InboxFrame } from '@deskbell/contract/inbox'
import type { Core } from '@deskbell/core/context'
import { followInbox } from '@deskbell/core/inbox/follow-inbox'
import { lossyBus } from '../faults/lossy-bus.ts'
import { freshCore } from '../fresh-core.ts'
import { StreamProbe } from './stream-probe.ts'

export type InboxProbe = StreamProbe<InboxFrame>

/** Follows the inbox of the actor until the probe is stopped. */
export function probeInbox(core: Core, actor: Actor, lastEventId?: string): InboxProbe {
  return new StreamProbe((signal) => followInbox(core, actor, { lastEventId, signal }))
}

/** Returns the rows as a program computes them: those of the greatest `rev`, and of these the smallest `unread`. */
export function foldInbox(probe: InboxProbe, rows: readonly Chat[] = []): Map<number, Chat> {
  const list = new Map<number, Chat>(rows.map((row) => [row.id, row]))
  for (const row of probe.of('upsert').flatMap((frame) => frame.rows)) {
    const known = list.get(row.id)
    const newer = known === undefined || row.rev > known.rev || (row.rev === known.rev && row.unread < known.unread)
    if (newer) list.set(row.id, row)
  }
  return list
}

/** Starts a core whose bus loses, duplicates or delays hints as `bus.fate` decides. */
export async function lossyCore() {
  const bus = lossyBus(createInProcessBus())
  return { ...(await freshCore({ bus })), bus }
}
