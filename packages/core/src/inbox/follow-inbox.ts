import type { Actor } from '@deskbell/contract/actor'
import type { FollowInboxInput } from '@deskbell/contract/inbox'
import { catchUpChangesMax, catchUpRowsMax } from '@deskbell/contract/limits'
import { isFeedCut, isFeedLonger, readChangedChats } from '@deskbell/db/queries/feed-tail'
import type { Core } from '../context.ts'
import { gatedFrames, type StreamOptions } from '../events/gated-frames.ts'
import { StreamEnded, StreamWait } from '../events/stream-wait.ts'
import { formatInboxCursor, laterPosition, parseInboxCursor } from './inbox-cursor.ts'
import { InboxFollower, type InboxStart, type InboxStep } from './inbox-follower.ts'
import { InboxReader } from './inbox-reader.ts'
import { personalView, readPersonalRows } from './personal-rows.ts'

/**
 * The list of chats, live: an operator's over all chats, a client's over its own. Without a cursor it begins
 * with `counts` and `live`, and the list itself is loaded after that; with one, everything that changed comes first.
 */
export async function* followInbox(
  core: Core,
  actor: Actor,
  input: FollowInboxInput & StreamOptions,
): AsyncGenerator<InboxStep, void, undefined> {
  const { inbox } = core.hub
  const wait = new StreamWait(input.signal)
  const reader = new InboxReader(actor, () => wait.wake())
  inbox.join(reader)
  const presence = actor.role === 'client' ? core.presence.watchOperators(() => wait.wake()) : null
  // Of the same moment: a new epoch voids the reader.
  const epoch = core.epoch()
  try {
    const start = await wait.until(startInbox(core, actor, { epoch, lastEventId: input.lastEventId }))
    const follower = new InboxFollower({ epoch, reader, wait, start, presence, position: () => inbox.position() })
    yield* gatedFrames(follower, { hub: core.hub, wait, ready: input.ready })
  } catch (error) {
    if (!(error instanceof StreamEnded)) throw error
  } finally {
    inbox.leave(reader)
    presence?.leave()
    wait.dispose()
  }
}

type Resume = { epoch: string; lastEventId: string | undefined }

/** The reader has joined before, so whatever is committed after these reads reaches it by itself. */
async function startInbox(core: Core, actor: Actor, { epoch, lastEventId }: Resume): Promise<InboxStart> {
  const { orm } = core.db
  const position = await core.hub.inbox.position()
  if (lastEventId === undefined) {
    const counts = await core.hub.inbox.counts(actor)
    return { cursor: formatInboxCursor({ epoch, ...position }), catchUp: { rows: [], counts, position } }
  }
  const came = parseInboxCursor(lastEventId)
  if (came === null) return { cursor: 'unreadable', catchUp: null }
  const cursor = formatInboxCursor(came)
  if (came.epoch !== epoch || (await isFeedCut(orm, came))) return { cursor, catchUp: null }
  if (await isFeedLonger(orm, came, catchUpChangesMax)) return { cursor, catchUp: null }
  const clientId = actor.role === 'client' ? actor.userId : null
  const chatIds = await readChangedChats(orm, { after: came, clientId, limit: catchUpRowsMax + 1 })
  if (chatIds.length > catchUpRowsMax) return { cursor, catchUp: null }
  const rows = (await readPersonalRows(orm, chatIds)).map((personal) => personalView(personal, actor))
  const counts = await core.hub.inbox.counts(actor)
  return { cursor, catchUp: { rows, counts, position: laterPosition(came, position) } }
}
