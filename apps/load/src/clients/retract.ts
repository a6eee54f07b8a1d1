import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { canaryOf, rereadMark } from './canary.ts'
import { readFrames } from './probe-cursor.ts'
import { type SimulatedUser, timeout } from './simulated-user.ts'

/** Retracts an own message, and reads it again when that is answered. */
export async function retract(user: SimulatedUser, chatId: ChatId, own: Message): Promise<void> {
  const watch = user.watchOf(chatId)
  // The round is over.
  if (watch === undefined) return
  await user.call({ action: 'retract', chatId, id: String(own.id) }, async () => {
    await watch.follower.retract(own.id)
    void reread(user, chatId, own)
    return null
  })
}

/** Reads a retracted message again, by every read that could still have its text. */
async function reread(user: SimulatedUser, chatId: ChatId, message: Message): Promise<void> {
  const { clientMsgId: id, seq } = message
  if (id === null) return
  void askForFiles(user, chatId, message)
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

/** Asks for the files of a message that was retracted. A server that is away says nothing. */
async function askForFiles(user: SimulatedUser, chatId: ChatId, { clientMsgId, attachments }: Message): Promise<void> {
  const headers = { authorization: `Bearer ${user.token}` }
  const paths = attachments.flatMap(({ url, thumbnailUrl }) => [url, ...(thumbnailUrl === null ? [] : [thumbnailUrl])])
  const asked = paths.map(async (path) => {
    const response = await fetch(`${user.url}${path}`, { headers, ...timeout() })
    await response.body?.cancel()
    return response.status
  })
  const answers = (await Promise.allSettled(asked)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const statuses = answers.filter((status) => status < 500)
  if (statuses.length > 0) user.record({ t: 'gone', chatId, id: clientMsgId ?? '', statuses })
}
