import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { canaryOf, rereadMark } from './canary.ts'
import { readFrames } from './probe-cursor.ts'
import { type SimulatedUser, timeout } from './simulated-user.ts'

/** Reads a retracted message again, by every read that could still have its text. */
export async function reread(user: SimulatedUser, chatId: ChatId, { clientMsgId: id, seq }: Message): Promise<void> {
  if (id === null) return
  const { api } = user.sdk
  const note = (by: string, answer: unknown) => {
    user.record({ t: 'reread', chatId, id, by, found: JSON.stringify(answer).includes(canaryOf(id)) })
  }
  const cursor = user.watchOf(chatId)?.follower.newestPage(1)?.cursor
  try {
    note('messages.list', await api.messages.list.query({ chatId, limit: 200 }, timeout()))
    const page = await api.chats.page.query({ chatId, limit: 200 }, timeout())
    note('chats.page', page)
    note('chats.get', await api.chats.get.query({ chatId }, timeout()))
  } catch {
    // The server was away: another retraction will be read.
  }
  const [epoch] = cursor?.split(':') ?? []
  // The socket probe looks at these frames.
  if (epoch === undefined) return
  await readFrames(user, { chatId, cursor: `${epoch}:${Math.max(0, seq - 1)}${rereadMark}`, until: 'live' })
}
