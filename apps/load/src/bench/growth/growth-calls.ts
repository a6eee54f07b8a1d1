import { randomUUID } from 'node:crypto'
import { type ChatId, chatIdSchema } from '@deskbell/contract/ids'
import { longChats, longestChat } from '@deskbell/testkit/database/fill-database'
import type { GrowthSite } from './growth-site.ts'

/** A call that a user waits for. */
export type GrowthCall = {
  name: string
  /** Held to the target under this name. */
  group: 'history page' | 'inbox page' | 'send' | null
  /** Answers one call, made as often as one likes. */
  prepare(site: GrowthSite): Promise<() => Promise<unknown>>
}

type List = { scope: 'all' | 'mine' | 'unassigned'; status: 'open' | 'closed'; second?: true }

export const growthCalls: readonly GrowthCall[] = [
  history('newest of the longest chat', async () => () => ({ chatId: chatIdSchema.parse(longestChat) })),
  history('deep in the longest chat', async (site) => {
    const chatId = chatIdSchema.parse(longestChat)
    const { chat } = await site.client.chats.get.query({ chatId })
    return () => ({ chatId, beforeSeq: Math.ceil(chat.lastSeq * (0.3 + 0.4 * Math.random())) })
  }),
  history('newest of any short chat', async (site) => () => ({ chatId: anyChat(site) })),
  inbox('all open', { scope: 'all', status: 'open' }),
  inbox('all open, second page', { scope: 'all', status: 'open', second: true }),
  inbox('mine', { scope: 'mine', status: 'open' }),
  inbox('unassigned', { scope: 'unassigned', status: 'open' }),
  inbox('all closed', { scope: 'all', status: 'closed' }),
  {
    name: 'send to any open chat',
    group: 'send',
    prepare: async (site) => () =>
      site.client.messages.send.mutate({
        chatId: anyOpenChat(site),
        text: 'Thank you, I will have a look at it.',
        clientMsgId: randomUUID(),
      }),
  },
  {
    name: 'one chat with its unread number',
    group: null,
    prepare: async (site) => () => site.client.chats.get.query({ chatId: anyChat(site) }),
  },
]

type PageInput = { chatId: ChatId; beforeSeq?: number }

function history(name: string, prepare: (site: GrowthSite) => Promise<() => PageInput>): GrowthCall {
  return {
    name: `history, ${name}`,
    group: 'history page',
    async prepare(site) {
      const input = await prepare(site)
      return () => site.client.chats.page.query(input())
    },
  }
}

function inbox(name: string, { scope, status, second }: List): GrowthCall {
  return {
    name: `inbox, ${name}`,
    group: 'inbox page',
    async prepare(site) {
      const first = await site.client.chats.list.query({ scope, status })
      const cursor = second ? (first.nextCursor ?? undefined) : undefined
      return () => site.client.chats.list.query({ scope, status, cursor })
    },
  }
}

/** A chat that has probably not been read for long. */
function anyChat({ size }: GrowthSite): ChatId {
  const long = longChats(size)
  return chatIdSchema.parse(long + 1 + Math.floor(Math.random() * (size.chats - long)))
}

/** Of the newest chats every second one is open. */
function anyOpenChat({ size }: GrowthSite): ChatId {
  return chatIdSchema.parse(size.chats - 2 * Math.floor(Math.random() * size.openChats))
}
