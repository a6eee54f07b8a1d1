import type { Actor } from '@deskbell/contract/actor'
import type { FollowChatInput } from '@deskbell/contract/events'
import { requireVisible } from '../chats/chat-policy.ts'
import type { Core } from '../context.ts'
import type { ChatChannel } from './chat-channel.ts'
import { ChatFollower, type ChatStep } from './chat-follower.ts'
import { gatedFrames, type StreamOptions } from './gated-frames.ts'
import { StreamEnded, StreamWait } from './stream-wait.ts'

/**
 * The log of a chat from a cursor on, and then live. Listen first, then read the log, then drain what came
 * meanwhile: no entry falls between. Ends when the signal does; throws `not_found` for a chat that is not the actor's.
 */
export async function* followChat(
  core: Core,
  actor: Actor,
  input: FollowChatInput & StreamOptions,
): AsyncGenerator<ChatStep, void, undefined> {
  const wait = new StreamWait(input.signal)
  const seat = core.hub.join(input.chatId, () => wait.wake())
  const seats = new DisposableStack()
  seats.defer(() => seat.leave())
  // Of the same moment as the seat: a new epoch empties it.
  const epoch = core.epoch()
  try {
    const follower = await startFollower(core, actor, { input, wait, channel: seat.channel, epoch, seats })
    yield* gatedFrames(follower, { hub: core.hub, wait, ready: input.ready })
  } catch (error) {
    if (!(error instanceof StreamEnded)) throw error
  } finally {
    seats.dispose()
    wait.dispose()
  }
}

type Start = {
  input: FollowChatInput & StreamOptions
  wait: StreamWait
  channel: ChatChannel
  epoch: string
  seats: DisposableStack
}

async function startFollower(core: Core, actor: Actor, start: Start): Promise<ChatFollower> {
  const { input, wait, channel, epoch, seats } = start
  const chat = requireVisible(actor, await wait.until(core.queries.chats.access(input.chatId)))
  await wait.until(channel.marksKnown())
  channel.observe(chat.lastSeq)
  const { isBusy = () => false } = input
  const isVoid = () => core.epoch() !== epoch
  const presence = actor.role === 'operator' ? core.presence.watchClient(chat.userId, () => wait.wake()) : null
  seats.defer(() => presence?.leave())
  return new ChatFollower({ actor, chat, channel, epoch, isVoid, input, wait, clock: core.clock, isBusy, presence })
}
