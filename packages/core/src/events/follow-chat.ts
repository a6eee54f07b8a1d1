import type { Actor } from '@deskbell/contract/actor'
import type { ChatFrame, FollowChatInput } from '@deskbell/contract/events'
import type { UserId } from '@deskbell/contract/ids'
import { requireVisible } from '../chats/chat-policy.ts'
import type { Core } from '../context.ts'
import type { ClientPresence } from '../presence/presence-board.ts'
import type { Watch } from '../presence/watched.ts'
import type { ChatChannel } from './chat-channel.ts'
import { ChatFollower } from './chat-follower.ts'
import type { ChatStep } from './chat-step.ts'
import type { OpenStream } from './frame-sink.ts'
import { pulledFrames, type StreamOptions } from './pulled-frames.ts'
import { PushedStream } from './pushed-stream.ts'
import type { Wakeable } from './wake-queue.ts'

/**
 * The log of a chat from a cursor on, and then live. Listen first, then read the log, then drain what came
 * meanwhile: no entry falls between. Runs until it is stopped; fails with `not_found` for a chat that is not the actor's.
 */
export function openChat(core: Core, actor: Actor, input: FollowChatInput): OpenStream<ChatFrame> {
  return (sink) => {
    const stream = new PushedStream<ChatFrame>(core.hub, sink)
    const channel = core.hub.join(input.chatId, stream)
    // Of the same moment as the seat: a new epoch empties it.
    const epoch = core.epoch()
    const beginning = startFollower(core, actor, { input, line: sink, stream, channel, epoch })
    void stream.begin(beginning, () => core.hub.leave(channel, stream))
    return stream
  }
}

/** The same, frame by frame; ends when the signal does. */
export function followChat(
  core: Core,
  actor: Actor,
  input: FollowChatInput & StreamOptions,
): AsyncGenerator<ChatStep, void, undefined> {
  return pulledFrames(openChat(core, actor, input), input)
}

type Start = {
  input: FollowChatInput
  line: { readonly isBusy: boolean }
  stream: Wakeable
  channel: ChatChannel
  epoch: string
}

async function startFollower(core: Core, actor: Actor, start: Start): Promise<ChatFollower> {
  const { input, channel, stream } = start
  const { userId, lastSeq } = requireVisible(actor, await core.queries.chats.access(input.chatId))
  await channel.marksKnown()
  channel.observe(lastSeq)
  const presence = actor.role === 'operator' ? watchClient(core, userId, stream) : null
  return new ChatFollower({ ...start, actor, chat: { userId, lastSeq }, house: core.hub.house, presence })
}

function watchClient(core: Core, userId: UserId, stream: Wakeable): Watch<ClientPresence> {
  return core.presence.watchClient(userId, () => core.hub.wakes.add(stream))
}
