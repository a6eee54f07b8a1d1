import type { Actor } from '@deskbell/contract/actor'
import type { FollowInboxInput, InboxFrame } from '@deskbell/contract/inbox'
import { catchUpChangesMax, catchUpRowsMax } from '@deskbell/contract/limits'
import { isFeedCut, isFeedLonger, readChangedChats } from '@deskbell/db/queries/feed-tail'
import type { Core } from '../context.ts'
import type { OpenStream } from '../events/frame-sink.ts'
import { pulledFrames, type StreamOptions } from '../events/pulled-frames.ts'
import { PushedStream } from '../events/pushed-stream.ts'
import { formatInboxCursor, laterPosition, parseInboxCursor } from './inbox-cursor.ts'
import { InboxFollower, type InboxStart } from './inbox-follower.ts'
import { InboxReader } from './inbox-reader.ts'
import type { InboxStep } from './inbox-step.ts'
import { personalView, readPersonalRows } from './personal-rows.ts'

/**
 * The list of chats, live: an operator's over all chats, a client's over its own. Without a cursor it begins
 * with `counts` and `live`, and the list itself is loaded after that; with one, everything that changed comes first.
 */
export function openInbox(core: Core, actor: Actor, input: FollowInboxInput): OpenStream<InboxFrame> {
  return (sink) => {
    const { hub } = core
    const stream = new PushedStream<InboxFrame>(hub, sink)
    const wake = () => hub.wakes.add(stream)
    const reader = new InboxReader(actor, wake)
    hub.inbox.join(reader)
    const presence = actor.role === 'client' ? core.presence.watchOperators(wake) : null
    const leave = () => hub.inbox.leave(reader)
    // Of the same moment: a new epoch voids the reader.
    const epoch = core.epoch()
    const { inbox } = hub
    const { frameId } = hub.house
    const begin = async () => {
      const start = await startInbox(core, actor, { epoch, lastEventId: input.lastEventId })
      return new InboxFollower({ epoch, reader, wake, start, presence, inbox, frameId, leave })
    }
    const giveUp = () => {
      presence?.leave()
      leave()
    }
    void stream.begin(begin(), giveUp)
    return stream
  }
}

/** The same, frame by frame; ends when the signal does. */
export function followInbox(
  core: Core,
  actor: Actor,
  input: FollowInboxInput & StreamOptions,
): AsyncGenerator<InboxStep, void, undefined> {
  return pulledFrames(openInbox(core, actor, input), input)
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
