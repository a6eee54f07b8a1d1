import type { Actor } from '@deskbell/contract/actor'
import type { ChatFrame, FollowChatInput } from '@deskbell/contract/events'
import { requireVisible } from '../chats/chat-policy.ts'
import type { Core } from '../context.ts'
import { ChatFollower } from './chat-follower.ts'
import type { ChatStep } from './chat-step.ts'
import type { FrameSink, OpenStream, RunningStream } from './frame-sink.ts'
import type { Seat } from './hub.ts'
import { pulledFrames, type StreamOptions } from './pulled-frames.ts'
import { PushedStream } from './pushed-stream.ts'

/**
 * The log of a chat from a cursor on, and then live. Listen first, then read the log, then drain what came
 * meanwhile: no entry falls between. Runs until it is stopped; fails with `not_found` for a chat that is not the actor's.
 */
export function openChat(core: Core, actor: Actor, input: FollowChatInput): OpenStream<ChatFrame> {
  return (sink) => {
    const stream = new PushedStream<ChatFrame>(core.hub, sink)
    const seat = core.hub.join(input.chatId, stream)
    // Of the same moment as the seat: a new epoch empties it.
    const epoch = core.epoch()
    void stream.begin(startFollower(core, actor, { input, sink, stream, seat, epoch }), seat.leave)
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
  sink: FrameSink<ChatFrame>
  stream: RunningStream
  seat: Seat
  epoch: string
}

async function startFollower(core: Core, actor: Actor, start: Start): Promise<ChatFollower> {
  const { input, sink, stream, seat, epoch } = start
  const { channel, leave } = seat
  const { userId, lastSeq } = requireVisible(actor, await core.queries.chats.access(input.chatId))
  await channel.marksKnown()
  channel.observe(lastSeq)
  const wake = () => core.hub.wakes.add(stream)
  const presence = actor.role === 'operator' ? core.presence.watchClient(userId, wake) : null
  const chat = { userId, lastSeq }
  return new ChatFollower({
    actor,
    chat,
    channel,
    epoch,
    house: core.hub.house,
    input,
    line: sink,
    wake,
    presence,
    leave,
  })
}
