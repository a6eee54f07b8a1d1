import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import type { Actor } from '@deskbell/contract/actor'
import type { Chat } from '@deskbell/contract/chats'
import type { InboxFrame } from '@deskbell/contract/inbox'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { lossyBus } from '@deskbell/testkit/lossy-bus'
import { StreamProbe } from '@deskbell/testkit/stream-probe'
import type { Core } from '../context.ts'
import { followInbox } from './follow-inbox.ts'

export type Probe = StreamProbe<InboxFrame>

export function follow(core: Core, actor: Actor, lastEventId?: string): Probe {
  return new StreamProbe((signal) => followInbox(core, actor, { lastEventId, signal }))
}

/** The list as a program holds it: the greater `rev` wins, at an equal one the smaller `unread`. */
export function fold(probe: Probe, rows: readonly Chat[] = []): Map<number, Chat> {
  const list = new Map<number, Chat>(rows.map((row) => [row.id, row]))
  for (const row of probe.of('upsert').flatMap((frame) => frame.rows)) {
    const known = list.get(row.id)
    const newer = known === undefined || row.rev > known.rev || (row.rev === known.rev && row.unread < known.unread)
    if (newer) list.set(row.id, row)
  }
  return list
}

export async function openLossy() {
  const bus = lossyBus(createInProcessBus())
  return { ...(await freshCore({ bus })), bus }
}
