import type { Actor } from '@deskbell/contract/actor'
import type { ChatId, MessageId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { newClient, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { markRead } from '../chats/marks/mark-read.ts'
import { listMessages } from './list-messages.ts'
import { sendBatch } from './send-batch.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 20 })
})
afterAll(() => fresh.drop())

describe('listMessages', () => {
  test('[MSG-10] a page with any limit and bounds equals that of a simple model', async () => {
    const { client, operator, chat } = await setUpChat(fresh.core)
    const ids = await sendMany(client, chat.id, 25)
    const bound = fc.option(
      fc.nat(27).map((place) => (place === 0 ? 0 : (ids[place - 1] ?? 1e9))),
      { nil: undefined },
    )
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), bound, bound, async (limit, beforeId, afterId) => {
        const page = await listMessages(fresh.core, operator, { chatId: chat.id, limit, beforeId, afterId })
        expect({ ids: page.items.map(({ id }) => id), hasMore: page.hasMore }).toEqual(
          modelPage(ids, { limit, beforeId, afterId }),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('[MSG-10] the page of an empty chat is empty', async () => {
    const { client, chat } = await setUpChat(fresh.core)
    expect(await listMessages(fresh.core, client, { chatId: chat.id, limit: 50 })).toEqual({
      items: [],
      hasMore: false,
    })
  })

  test('[MSG-11] paging in both directions skips and repeats nothing while messages arrive', async () => {
    const { client, operator, chat } = await setUpChat(fresh.core)
    const history = await sendMany(client, chat.id, 200)
    let writing = true
    const keepWriting = async () => {
      while (writing) await sendText(fresh.core, operator, { chatId: chat.id })
    }
    const writer = keepWriting()
    const upwards = await pageUp(client, chat.id)
    const downwards = await pageDown(client, chat.id, history.length)
    writing = false
    await writer
    expect(downwards.slice(0, 200)).toEqual(history)
    expect(isRising(upwards) && isRising(downwards)).toBe(true)
    // The first page up may begin with newer messages. After them it has all of the history.
    expect(upwards.slice(0, 200)).toEqual(history)
  })

  test('[MSG-12] the status is read once the other side’s mark has reached the message', async () => {
    const { client, operator, chat } = await setUpChat(fresh.core)
    await sendText(fresh.core, client, { chatId: chat.id })
    await sendText(fresh.core, operator, { chatId: chat.id })
    await sendText(fresh.core, client, { chatId: chat.id })
    const statuses = async (actor: Actor) =>
      (await listMessages(fresh.core, actor, { chatId: chat.id, limit: 50 })).items.map(({ status }) => status)
    expect(await statuses(client)).toEqual(['new', 'new', 'new'])
    await markRead(fresh.core, operator, { chatId: chat.id, seq: 2 })
    expect(await statuses(client)).toEqual(['read', 'new', 'new'])
    await markRead(fresh.core, client, { chatId: chat.id, seq: 3 })
    expect(await statuses(operator)).toEqual(['read', 'read', 'new'])
  })

  test('[CHAT-3] a chat of another client is not_found', async () => {
    const { chat } = await setUpChat(fresh.core)
    const stranger = await newClient(fresh.core)
    const page = listMessages(fresh.core, stranger, { chatId: chat.id, limit: 50 })
    await expect(page).rejects.toMatchObject({ code: 'not_found' })
  })
})

async function sendMany(actor: Actor, chatId: ChatId, count: number): Promise<MessageId[]> {
  const ids: MessageId[] = []
  while (ids.length < count) {
    const batch = Math.min(20, count - ids.length)
    const items = Array.from({ length: batch }, (_, place) => ({
      clientMsgId: `${chatId}-${ids.length + place}`,
      text: 'x',
    }))
    const { items: outcomes } = await sendBatch(fresh.core, actor, { chatId, items })
    for (const outcome of outcomes) if ('message' in outcome) ids.push(outcome.message.id)
  }
  return ids
}

type Page = { limit: number; beforeId?: number | undefined; afterId?: number | undefined }

function modelPage(all: readonly number[], { limit, beforeId, afterId }: Page): { ids: number[]; hasMore: boolean } {
  const within = all.filter((id) => id < (beforeId ?? Infinity) && id > (afterId ?? -1))
  const ids = afterId === undefined ? within.slice(-limit) : within.slice(0, limit)
  return { ids, hasMore: within.length > ids.length }
}

async function pageUp(actor: Actor, chatId: ChatId): Promise<number[]> {
  const seen: Message[] = []
  for (;;) {
    const page = await listMessages(fresh.core, actor, { chatId, limit: 7, beforeId: seen[0]?.id })
    seen.unshift(...page.items)
    if (!page.hasMore) return seen.map(({ id }) => id)
  }
}

async function pageDown(actor: Actor, chatId: ChatId, atLeast: number): Promise<number[]> {
  const seen: Message[] = []
  for (;;) {
    const page = await listMessages(fresh.core, actor, { chatId, limit: 7, afterId: seen.at(-1)?.id ?? 0 })
    seen.push(...page.items)
    if (!page.hasMore || seen.length > atLeast + 50) return seen.map(({ id }) => id)
  }
}

function isRising(ids: readonly number[]): boolean {
  return ids.every((id, place) => place === 0 || id > (ids[place - 1] ?? 0))
}
