import type { Actor } from '@deskbell/contract/actor'
import type { FollowInboxInput, InboxFrame } from '@deskbell/contract/inbox'
import { catchUpChangesMax, catchUpRowsMax } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { isFeedCut, isFeedLonger, readChangedChats } from '@deskbell/db/queries/log/feed-tail'
import type { OpenStream } from '../streams/frame-sink.ts'
import { pulledFrames, type StreamOptions } from '../streams/pulled-frames.ts'
import { PushedStream } from '../streams/pushed-stream.ts'
import type { Watch } from '../streams/watched.ts'
import type { Hub } from '../subscriptions/hub.ts'
import { formatInboxCursor, laterPosition, parseInboxCursor } from './followers/inbox-cursor.ts'
import { InboxFollower, type InboxStart } from './followers/inbox-follower.ts'
import { InboxReader } from './followers/inbox-reader.ts'
import { personalView, readPersonalRows } from './followers/personal-rows.ts'
import type { TrackedInboxFrame } from './followers/tracked-inbox-frame.ts'
import type { Inbox } from './inbox.ts'

/** The parts of the core that a live list of chats is made of. */
export type InboxContext = {
  readonly db: Database
  readonly hub: Hub
  readonly inbox: Inbox
  /** Whether any operator is online. */
  readonly presence: { watchOperators(wake: () => void): Watch<boolean> }
}

/**
 * Streams the list of chats: all chats for an operator, the own ones for a client. Without a cursor it starts with
 * `counts` and `live`, and the caller then loads the list. With a cursor, the rows of all chats that changed since come
 * first, or `reset` if there are too many.
 */
export function openInbox(context: InboxContext, actor: Actor, input: FollowInboxInput): OpenStream<InboxFrame> {
  return (sink) => {
    const { hub, inbox, presence: users } = context
    const stream = new PushedStream<InboxFrame>(hub, sink)
    const wake = () => hub.wakes.add(stream)
    const reader = new InboxReader(actor, wake)
    inbox.join(reader)
    const presence = actor.role === 'client' ? users.watchOperators(wake) : null
    const leave = () => inbox.leave(reader)
    // Read in the same turn as the join: a later change of the epoch voids the reader.
    const epoch = hub.epoch()
    const { frameId } = hub.followerContext
    const begin = async () => {
      const start = await startInbox(context, actor, { epoch, lastEventId: input.lastEventId })
      return new InboxFollower({ epoch, reader, wake, start, presence, inbox, frameId, leave })
    }
    const release = () => {
      presence?.leave()
      leave()
    }
    void stream.begin(begin(), release)
    return stream
  }
}

/** The same as a generator of frames. It ends when the signal is aborted. */
export function followInbox(
  context: InboxContext,
  actor: Actor,
  input: FollowInboxInput & StreamOptions,
): AsyncGenerator<TrackedInboxFrame, void, undefined> {
  return pulledFrames(openInbox(context, actor, input), input)
}

type Resume = { epoch: string; lastEventId: string | undefined }

/** Call it after the reader has joined: the reader then receives everything that is committed after these reads. */
async function startInbox(
  { db, inbox }: InboxContext,
  actor: Actor,
  { epoch, lastEventId }: Resume,
): Promise<InboxStart> {
  const { orm } = db
  const position = await inbox.position()
  if (lastEventId === undefined) {
    const counts = await inbox.counts(actor)
    return { cursor: formatInboxCursor({ epoch, ...position }), catchUp: { rows: [], counts, position } }
  }
  const requested = parseInboxCursor(lastEventId)
  if (requested === null) return { cursor: 'unreadable', catchUp: null }
  const cursor = formatInboxCursor(requested)
  if (requested.epoch !== epoch || (await isFeedCut(orm, requested))) return { cursor, catchUp: null }
  if (await isFeedLonger(orm, requested, catchUpChangesMax)) return { cursor, catchUp: null }
  const clientId = actor.role === 'client' ? actor.userId : null
  const chatIds = await readChangedChats(orm, { after: requested, clientId, limit: catchUpRowsMax + 1 })
  if (chatIds.length > catchUpRowsMax) return { cursor, catchUp: null }
  const rows = (await readPersonalRows(orm, chatIds)).map((personal) => personalView(personal, actor))
  const counts = await inbox.counts(actor)
  return { cursor, catchUp: { rows, counts, position: laterPosition(requested, position) } }
}
