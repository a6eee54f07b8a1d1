import type { Actor } from '@deskbell/contract/actor'
import type { Chat } from '@deskbell/contract/chats'
import { chatIdSchema } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { newChat, newClient, newOperator, sendText, setUpChat, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { readStoredLog } from '@deskbell/testkit/history/read-stored-log'
import { foldInbox, probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { waitFor } from '@deskbell/testkit/wait-for'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { editMessage } from '../../messages/edit-message.ts'
import { retractMessage } from '../../messages/retract-message.ts'
import { getChat } from '../get-chat.ts'
import { listChats } from '../list-chats.ts'
import { markRead } from '../marks/mark-read.ts'
import { assignOperator } from './assign-operator.ts'
import { closeChat } from './close-chat.ts'
import { noReply } from './no-reply.ts'
import { releaseChat } from './release-chat.ts'
import { reopenChat } from './reopen-chat.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 20 })
})
afterAll(() => fresh.drop())

type TestChat = { client: Actor; operator: Actor; colleague: Actor; chat: Chat }

async function newTestChat(): Promise<TestChat> {
  return { ...(await setUpChat(fresh.core)), colleague: await newOperator(fresh.core) }
}

const waitingSince = async ({ operator, chat }: TestChat) =>
  (await getChat(fresh.core, operator, { chatId: chat.id })).chat.waitingSince

/** The rule, computed from the calls alone. */
class Model {
  readonly said: { message: Message; isRetracted: boolean }[] = []
  wavedOff = 0
  isOpen = true

  get waitingSince(): string | null {
    if (!this.isOpen) return null
    const standing = this.said.filter(({ isRetracted }) => !isRetracted).map(({ message }) => message)
    const answered = standing.filter(({ direction }) => direction === 'out').map(({ seq }) => seq)
    const after = Math.max(this.wavedOff, ...answered)
    return standing.find(({ direction, seq }) => direction === 'in' && seq > after)?.createdAt ?? null
  }
}

type Step = (testChat: TestChat, model: Model, nth: number) => Promise<unknown>

const say =
  (who: 'client' | 'operator' | 'colleague'): Step =>
  async (testChat, model) => {
    const { message } = await sendText(fresh.core, testChat[who], { chatId: testChat.chat.id })
    model.said.push({ message, isRetracted: false })
  }

const steps: Record<string, Step> = {
  'the client writes': say('client'),
  'its operator answers': say('operator'),
  'another operator answers': say('colleague'),
  'a send is repeated': async ({ chat, client, operator }, { said }, nth) => {
    const first = said[nth % Math.max(1, said.length)]?.message
    const sender = first?.direction === 'in' ? client : operator
    if (first?.clientMsgId === null || first?.userId !== sender.userId) return
    await sendText(fresh.core, sender, { chatId: chat.id, clientMsgId: first.clientMsgId })
  },
  'somebody retracts': async ({ client, operator, colleague }, model, nth) => {
    const one = model.said[nth % Math.max(1, model.said.length)]
    if (one === undefined) return
    const author = [client, operator, colleague].find(({ userId }) => userId === one.message.userId) ?? client
    await retractMessage(fresh.core, author, { chatId: one.message.chatId, messageId: one.message.id })
    one.isRetracted = true
  },
  'the client edits': async ({ client }, { said }, nth) => {
    const own = said.filter(({ message, isRetracted }) => message.direction === 'in' && !isRetracted)
    const one = own[nth % Math.max(1, own.length)]?.message
    if (one === undefined) return
    await editMessage(fresh.core, client, { chatId: one.chatId, messageId: one.id, text: uniqueId('edit') })
  },
  'an operator closes': async ({ operator, chat }, model) => {
    await closeChat(fresh.core, operator, { chatId: chat.id })
    model.isOpen = false
  },
  'an operator reopens': async ({ operator, chat }, model) => {
    await reopenChat(fresh.core, operator, { chatId: chat.id })
    model.isOpen = true
  },
  'an operator waves off': async ({ colleague, chat }, model) => {
    model.wavedOff = (await noReply(fresh.core, colleague, { chatId: chat.id })).chat.lastSeq
  },
  'an operator takes it': ({ colleague, chat }) =>
    assignOperator(fresh.core, colleague, { chatId: chat.id, takeOver: true }),
  'an operator gives it back': ({ colleague, chat }) => releaseChat(fresh.core, colleague, { chatId: chat.id }),
  'an operator looks': ({ operator, chat }) => markRead(fresh.core, operator, { chatId: chat.id, seq: 1_000 }),
}

/** Refusals that may occur. They change nothing. */
const allowed = new Set(['chat_closed', 'already_assigned', 'not_editable'])

describe('waitingSince', () => {
  test('[CHAT-18] [CHAT-12] after any changes it follows from the log, and operators get it with the row', async () => {
    const names = fc.constantFrom(...Object.keys(steps))
    const sequences = fc.array(fc.tuple(names, fc.nat(20)), { minLength: 3, maxLength: 14 })
    const testChat = async (sequence: [string, number][]) => {
      const cast = await newTestChat()
      const model = new Model()
      let before = (await getChat(fresh.core, cast.operator, { chatId: cast.chat.id })).chat
      for (const [name, nth] of sequence) {
        await steps[name]?.(cast, model, nth).catch((error: { code?: string }) => {
          if (!allowed.has(error.code ?? '')) throw error
        })
        const { chat } = await getChat(fresh.core, cast.operator, { chatId: cast.chat.id })
        expect(chat.waitingSince, name).toBe(model.waitingSince)
        if (chat.waitingSince !== before.waitingSince) expect(chat.rev, name).toBeGreaterThan(before.rev)
        before = chat
      }
      return before
    }
    const operator = await newOperator(fresh.core)
    await using probe = probeInbox(fresh.core, operator)
    await probe.until('live')
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        const { id, rev, waitingSince: since } = await testChat(sequence)
        await waitFor(() => foldInbox(probe).get(id)?.rev === rev)
        expect(foldInbox(probe).get(id)?.waitingSince).toBe(since)
      }),
      { numRuns: 30 },
    )
  })

  test('[CHAT-18] it is null in a closed chat, and is back when an unanswered chat is reopened', async () => {
    const testChat = await newTestChat()
    const input = { chatId: testChat.chat.id }
    expect(await waitingSince(testChat)).toBeNull()
    const { message } = await sendText(fresh.core, testChat.client, input)
    await sendText(fresh.core, testChat.client, input)
    expect(await waitingSince(testChat)).toBe(message.createdAt)
    expect((await closeChat(fresh.core, testChat.operator, input)).chat.waitingSince).toBeNull()
    expect((await reopenChat(fresh.core, testChat.operator, input)).chat.waitingSince).toBe(message.createdAt)
    await closeChat(fresh.core, testChat.operator, input)
    const lenient = { ...fresh.core, closedChat: 'reopen' } as const
    await reopenChat(lenient, testChat.client, input)
    expect(await waitingSince(testChat)).toBe(message.createdAt)
    await sendText(fresh.core, testChat.operator, input)
    await closeChat(fresh.core, testChat.operator, input)
    expect((await reopenChat(fresh.core, testChat.operator, input)).chat.waitingSince).toBeNull()
  })

  test('[CHAT-18] when an answer races with a message, the later one in the log decides', async () => {
    for (let round = 0; round < 20; round += 1) {
      const testChat = await newTestChat()
      const input = { chatId: testChat.chat.id }
      const senders = round % 2 === 0 ? [testChat.client, testChat.operator] : [testChat.operator, testChat.client]
      const sent = await Promise.all(senders.map((sender) => sendText(fresh.core, sender, input)))
      const last = sent.map(({ message }) => message).toSorted((a, b) => b.seq - a.seq)[0]
      expect(await waitingSince(testChat)).toBe(last?.direction === 'in' ? last.createdAt : null)
    }
  })

  test('[CHAT-20] nothing that a client receives has the field', async () => {
    const { core } = fresh
    const { client, operator, chat } = await newTestChat()
    const input = { chatId: chat.id }
    await using own = probeInbox(core, client)
    await own.until('live')
    await sendText(core, client, input)
    const answers: unknown[] = [chat, await getChat(core, client, input), await listChats(core, client, { limit: 50 })]
    await closeChat(core, operator, input)
    answers.push(await reopenChat({ ...core, closedChat: 'reopen' }, client, input))
    const { rev } = (await noReply(core, operator, input)).chat
    await waitFor(() => foldInbox(own).get(chat.id)?.rev === rev)
    expect(JSON.stringify([answers, own.frames])).not.toContain('waitingSince')
    expect(await listChats(core, operator, { limit: 1 })).toMatchObject({ items: [{ waitingSince: null }] })
  })
})

describe('noReply', () => {
  test('[CHAT-19] ends the waiting once, changes nothing when repeated, and adds no entry to the log', async () => {
    const testChat = await newTestChat()
    const input = { chatId: testChat.chat.id }
    const { message } = await sendText(fresh.core, testChat.client, input)
    const { rev } = (await getChat(fresh.core, testChat.operator, input)).chat
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, nth) =>
        noReply(fresh.core, nth % 2 === 0 ? testChat.operator : testChat.colleague, { ...input, ifSeq: message.seq }),
      ),
    )
    expect(new Set(answers.map(({ chat }) => chat.waitingSince))).toEqual(new Set([null]))
    expect(new Set(answers.map(({ chat }) => chat.rev))).toEqual(new Set([rev + 1]))
    expect((await readStoredLog(fresh.db, testChat.chat.id)).entries).toHaveLength(1)
    const next = await sendText(fresh.core, testChat.client, input)
    expect(await waitingSince(testChat)).toBe(next.message.createdAt)
  })

  test('[CHAT-19] with ifSeq it is newer_messages when the client wrote after that place', async () => {
    const testChat = await newTestChat()
    const input = { chatId: testChat.chat.id }
    const { message } = await sendText(fresh.core, testChat.client, input)
    await sendText(fresh.core, testChat.client, input)
    const early = noReply(fresh.core, testChat.operator, { ...input, ifSeq: message.seq })
    await expect(early).rejects.toMatchObject({ code: 'newer_messages' })
    expect(await waitingSince(testChat)).toBe(message.createdAt)
  })

  test('[CHAT-19] is forbidden to clients for any chat, and not_found for an operator in a missing chat', async () => {
    const { client, operator, chat } = await newTestChat()
    const chatId = chatIdSchema.parse(Number.MAX_SAFE_INTEGER)
    for (const input of [{ chatId: chat.id }, { chatId }])
      await expect(noReply(fresh.core, client, input)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(noReply(fresh.core, operator, { chatId })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a list by waiting', () => {
  test('[CHAT-18] has the longest waiting first, then the others by activity, and its pages skip nothing', async () => {
    await using own = await freshCore()
    const { core } = own
    const [operator, client] = [await newOperator(core), await newClient(core)]
    const chats: Chat[] = []
    for (let nth = 0; nth < 17; nth += 1) {
      const chat = await newChat(core, client)
      chats.push(chat)
      if (nth % 3 !== 0) await sendText(core, client, { chatId: chat.id })
      if (nth % 3 === 2) await sendText(core, operator, { chatId: chat.id })
      if (nth % 4 === 0) await assignOperator(core, operator, { chatId: chat.id })
      if (nth > 13) await closeChat(core, operator, { chatId: chat.id })
    }
    await own.db.pool.query(`update chats set waiting_since = date_trunc('hour', waiting_since) where id % 2 = 0`)
    for (const scope of ['all', 'mine', 'unassigned'] as const) {
      for (const status of ['open', 'closed', 'all'] as const) {
        const byActivity = (await listChats(core, operator, { limit: 50, scope, status })).items
        const expected = byActivity.toSorted((a, b) => key(a).localeCompare(key(b)))
        expect(await pageThrough({ scope, status })).toEqual(expected.map(({ id }) => id))
      }
    }
    await expect(listChats(core, client, { limit: 50, sort: 'waiting' })).rejects.toMatchObject({
      code: 'invalid_input',
      issues: [{ path: 'sort' }],
    })
    expect((await listChats(core, client, { limit: 50, sort: 'activity' })).items).toHaveLength(17)

    async function pageThrough(filter: { scope: 'all' | 'mine' | 'unassigned'; status: 'open' | 'closed' | 'all' }) {
      const seen: number[] = []
      let cursor: string | undefined
      for (;;) {
        const page = await listChats(core, operator, { ...filter, limit: 3, sort: 'waiting', cursor })
        seen.push(...page.items.map(({ id }) => id))
        if (page.nextCursor === null) return seen
        cursor = page.nextCursor
      }
    }
  })
})

/** Chats that do not wait have one key, so a stable sort keeps them by activity. */
function key({ waitingSince: since, id }: Chat): string {
  return typeof since === 'string' ? `${since} ${String(id).padStart(9, '0')}` : 'z'
}
