import { AppError } from '@deskbell/contract/errors'
import { chatIdSchema } from '@deskbell/contract/ids'
import { newClient, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { readStoredLog } from '@deskbell/testkit/history/read-stored-log'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { editMessage } from '../../messages/edit-message.ts'
import { getChat } from '../get-chat.ts'
import { assignOperator } from './assign-operator.ts'
import { closeChat } from './close-chat.ts'
import { reopenChat } from './reopen-chat.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 30 })
})
afterAll(() => fresh.drop())

const missing = chatIdSchema.parse(Number.MAX_SAFE_INTEGER)
const kindsOf = async (chatId: number) => (await readStoredLog(fresh.db, chatId)).entries.map(({ kind }) => kind)

function codeOf(result: PromiseSettledResult<unknown>): string {
  if (result.status === 'fulfilled') return 'ok'
  return result.reason instanceof AppError ? result.reason.code : String(result.reason)
}

async function closedConversation() {
  const { core } = fresh
  const conversation = await setUpChat(core)
  const input = { chatId: conversation.chat.id }
  await assignOperator(core, conversation.operator, input)
  return { core, ...conversation, input, closed: (await closeChat(core, conversation.operator, input)).chat }
}

describe('reopenChat', () => {
  test('[CHAT-15] [CHAT-12] a reopened chat is open, keeps its operator and accepts messages', async () => {
    const { core, client, operator, input, closed } = await closedConversation()
    const { chat } = await reopenChat(core, operator, input)
    expect(chat).toEqual({ ...closed, status: 'open', closedAt: null, lastSeq: 3, rev: closed.rev + 1 })
    await sendText(core, client, input)
    expect(await kindsOf(chat.id)).toEqual(['assigned', 'closed', 'reopened', 'message'])
  })

  test('[CHAT-15] twenty concurrent reopens add one entry to the log', async () => {
    const { core, operator, chat, input } = await closedConversation()
    const answers = await Promise.all(Array.from({ length: 20 }, () => reopenChat(core, operator, input)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await kindsOf(chat.id)).toEqual(['assigned', 'closed', 'reopened'])
  })

  test('[CHAT-15] a client may reopen its own chat with closedChat reopen; otherwise it is forbidden', async () => {
    const { core, client, chat, input } = await closedConversation()
    const stranger = await newClient(core)
    for (const actor of [client, stranger]) {
      for (const chatId of [chat.id, missing]) {
        await expect(reopenChat(core, actor, { chatId })).rejects.toMatchObject({ code: 'forbidden' })
        const newChats = { ...core, closedChat: 'new' } as const
        await expect(reopenChat(newChats, actor, { chatId })).rejects.toMatchObject({ code: 'forbidden' })
      }
    }
    const lenient = { ...core, closedChat: 'reopen' } as const
    await expect(reopenChat(lenient, stranger, input)).rejects.toMatchObject({ code: 'not_found' })
    expect((await reopenChat(lenient, client, input)).chat).toMatchObject({ status: 'open' })
    expect(await kindsOf(chat.id)).toEqual(['assigned', 'closed', 'reopened'])
  })

  test('[CHAT-3] [CHAT-15] reopening a chat that does not exist is not_found', async () => {
    const { core, operator } = await closedConversation()
    await expect(reopenChat(core, operator, { chatId: missing })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('closeChat with ifSeq', () => {
  test('[CHAT-16] is newer_messages and changes nothing when the client wrote after that place', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const input = { chatId: chat.id }
    await sendText(core, client, input)
    await sendText(core, operator, input)
    const before = await getChat(core, operator, input)
    const early = closeChat(core, operator, { ...input, ifSeq: 0 })
    await expect(early).rejects.toMatchObject({ code: 'newer_messages' })
    expect(await getChat(core, operator, input)).toEqual(before)
    // The message after it is from the operator.
    expect((await closeChat(core, operator, { ...input, ifSeq: 1 })).chat.status).toBe('closed')
  })

  test('[CHAT-16] [MSG-13] when a close races with a message, exactly one of them is refused', async () => {
    const { core } = fresh
    const endings = new Set<string>()
    for (let round = 0; round < 60; round += 1) {
      const { client, operator, chat } = await setUpChat(core)
      const { message } = await sendText(core, client, { chatId: chat.id })
      const close = () => closeChat(core, operator, { chatId: chat.id, ifSeq: message.seq })
      const send = () => sendText(core, client, { chatId: chat.id })
      const calls = round % 2 === 0 ? [close, send] : [send, close]
      const codes = (await Promise.allSettled(calls.map((call) => call()))).map(codeOf)
      endings.add(codes.toSorted().join())
      expect(await kindsOf(chat.id)).toHaveLength(2)
    }
    expect([...endings].sort()).toEqual(['chat_closed,ok', 'newer_messages,ok'])
  })

  test('[CHAT-16] [CHAT-5] a closed chat stays as it is, even with an ifSeq before the last message', async () => {
    const { core } = fresh
    const { client, operator, chat } = await setUpChat(core)
    const { message } = await sendText(core, client, { chatId: chat.id })
    await editMessage(core, client, { chatId: chat.id, messageId: message.id, text: 'edited' })
    const first = await closeChat(core, operator, { chatId: chat.id, ifSeq: 1 })
    expect(await closeChat(core, operator, { chatId: chat.id, ifSeq: 0 })).toEqual(first)
  })
})
