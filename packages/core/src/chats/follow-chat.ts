import type { Actor } from '@deskbell/contract/actor'
import type { ChatFrame, FollowChatInput } from '@deskbell/contract/events'
import type { UserId } from '@deskbell/contract/ids'
import type { ChatStart } from '@deskbell/db/queries/chats/chats'
import type { Core } from '../context.ts'
import { requireVisible } from '../domain/chat-policy.ts'
import type { ClientPresence } from '../presence/presence-state.ts'
import type { OpenStream } from '../streams/frame-sink.ts'
import { pulledFrames, type StreamOptions } from '../streams/pulled-frames.ts'
import { PushedStream } from '../streams/pushed-stream.ts'
import type { Wakeable } from '../streams/wake-queue.ts'
import type { Watch } from '../streams/watched.ts'
import type { ChatChannel } from '../subscriptions/channel/chat-channel.ts'
import type { TrackedChatFrame } from '../subscriptions/channel/tracked-chat-frame.ts'
import { ChatFollower } from '../subscriptions/chat-follower.ts'

/**
 * Streams the log of a chat from a cursor on, and then live. It subscribes first, then reads the log, then delivers
 * what arrived meanwhile, so it misses no entry. Runs until it is stopped. Fails with `not_found` for a chat that does
 * not exist or that the actor may not see.
 */
export function openChat(core: Core, actor: Actor, input: FollowChatInput): OpenStream<ChatFrame> {
  return (sink) => {
    const stream = new PushedStream<ChatFrame>(core.hub, sink)
    const channel = core.hub.join(input.chatId, stream)
    // Read in the same turn as the join: a later change of the epoch drops this channel.
    const epoch = core.epoch()
    const beginning = startFollower(core, actor, { input, reader: sink, stream, channel, epoch })
    void stream.begin(beginning, () => core.hub.leave(channel, stream))
    return stream
  }
}

/** The same as a generator of frames. It ends when the signal is aborted. */
export function followChat(
  core: Core,
  actor: Actor,
  input: FollowChatInput & StreamOptions,
): AsyncGenerator<TrackedChatFrame, void, undefined> {
  return pulledFrames(openChat(core, actor, input), input)
}

type Start = {
  input: FollowChatInput
  reader: { readonly isBusy: boolean }
  stream: Wakeable
  channel: ChatChannel
  epoch: string
}

async function startFollower(core: Core, actor: Actor, start: Start): Promise<ChatFollower> {
  const { channel, stream } = start
  const { userId, lastSeq } = requireVisible(actor, await readStart(core, channel))
  if (core.hub.confirmClient(channel, userId)) channel.observe(lastSeq)
  const presence = actor.role === 'operator' ? watchClient(core, userId, stream) : null
  return new ChatFollower({ ...start, actor, chat: { userId, lastSeq }, context: core.hub.followerContext, presence })
}

/** Reads the marks with the chat, and only for the first followers of a channel. */
async function readStart({ queries }: Core, channel: ChatChannel): Promise<Omit<ChatStart, 'marks'> | undefined> {
  if (channel.knowsMarks) return await queries.chats.access(channel.chatId)
  const start = await queries.chats.start(channel.chatId)
  channel.learnMarks(start?.marks ?? [])
  return start
}

function watchClient(core: Core, userId: UserId, stream: Wakeable): Watch<ClientPresence> {
  return core.presence.watchClient(userId, () => core.hub.wakes.add(stream))
}
