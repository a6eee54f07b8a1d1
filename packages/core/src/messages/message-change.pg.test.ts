import type { Actor } from '@deskbell/contract/actor'
import type { ChatId, MessageId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { newClient, newOperator, sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeChat } from '../chats/changes/close-chat.ts'
import { reopenChat } from '../chats/changes/reopen-chat.ts'
import { getChat } from '../chats/get-chat.ts'
import { pageEvents } from '../chats/page-events.ts'
import { editMessage } from './edit-message.ts'
import { listMessages } from './list-messages.ts'
import { retractMessage } from './retract-message.ts'
import { sendMessage } from './send-message.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 30 })
})
afterAll(() => fresh.drop())

async function conversation() {
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const { message } = await sendText(core, client, { chatId: chat.id, text: 'first', clientMsgId: `m-${chat.id}` })
  return { core, client, operator, chatId: chat.id, message, input: { chatId: chat.id, messageId: message.id } }
}

const entries = async (actor: Actor, chatId: ChatId) =>
  (await pageEvents(fresh.core, actor, { chatId, limit: 200 })).entries

async function revisions(messageId: MessageId): Promise<string[]> {
  const found = await fresh.db.pool.query<{ text: string }>(
    'select text from message_revisions where message_id = $1 order by seq',
    [messageId],
  )
  return found.rows.map((row) => row.text)
}

/** Makes the message older by this interval. */
async function age({ id }: Message, interval: string): Promise<void> {
  await fresh.db.pool.query('update messages set created_at = created_at - $2::interval where id = $1', [id, interval])
}

describe('editMessage', () => {
  test('[MSG-14] [CHAT-12] adds one entry to the log, and the message has the new text everywhere', async () => {
    const { core, client, operator, chatId, message, input } = await conversation()
    const before = await getChat(core, operator, { chatId })
    const edited = await editMessage(core, client, { ...input, text: 'second' })
    expect(edited.message).toEqual({ ...message, text: 'second' })
    const { chat } = await getChat(core, operator, { chatId })
    expect(chat).toEqual({
      ...before.chat,
      lastMessage: { ...before.chat.lastMessage, text: 'second' },
      lastSeq: 2,
      rev: before.chat.rev + 1,
    })
    expect((await listMessages(core, operator, { chatId, limit: 50 })).items).toEqual([edited.message])
    expect(await entries(operator, chatId)).toMatchObject([
      { seq: 1, kind: 'message', message: { text: 'second' } },
      { seq: 2, kind: 'edited', actor: { id: client.userId }, data: { messageId: message.id, text: 'second' } },
    ])
    expect(await revisions(message.id)).toEqual(['first'])
  })

  test('[MSG-14] the same text again changes nothing, also after the close', async () => {
    const { core, client, operator, chatId, input } = await conversation()
    const first = await editMessage(core, client, { ...input, text: 'second' })
    await closeChat(core, operator, { chatId })
    const { chat } = await getChat(core, client, { chatId })
    expect(await editMessage(core, client, { ...input, text: 'second' })).toEqual(first)
    expect((await getChat(core, client, { chatId })).chat).toEqual(chat)
  })

  test('[MSG-16] is not_editable for others’, old and retracted messages; a closed chat is chat_closed', async () => {
    const { core, client, operator, chatId, message, input } = await conversation()
    const attempt = (actor: Actor) => editMessage(core, actor, { ...input, text: 'second' })
    await expect(attempt(operator)).rejects.toMatchObject({ code: 'not_editable' })
    await age(message, '5 minutes 1 second')
    await expect(attempt(client)).rejects.toMatchObject({ code: 'not_editable', detail: expect.stringMatching(/old/) })
    await expect(retractMessage(core, client, input)).rejects.toMatchObject({ code: 'not_editable' })
    await age(message, '-1 minute')
    await closeChat(core, operator, { chatId })
    await expect(attempt(client)).rejects.toMatchObject({ code: 'chat_closed' })
    await reopenChat(core, operator, { chatId })
    await retractMessage(core, client, input)
    await expect(attempt(client)).rejects.toMatchObject({ code: 'not_editable' })
    expect((await entries(client, chatId)).map((entry) => entry.kind)).toEqual([
      'message',
      'closed',
      'reopened',
      'retracted',
    ])
  })

  test('[CHAT-3] [MSG-16] a message of another chat, or in a chat of another client, is not_found', async () => {
    const { core, client, chatId, message, input } = await conversation()
    const elsewhere = await conversation()
    for (const [actor, wrong] of [
      [await newClient(core), input],
      [client, { chatId, messageId: elsewhere.message.id }],
      [await newOperator(core), { chatId: elsewhere.chatId, messageId: message.id }],
    ] as const) {
      await expect(editMessage(core, actor, { ...wrong, text: 'x' })).rejects.toMatchObject({ code: 'not_found' })
      await expect(retractMessage(core, actor, wrong)).rejects.toMatchObject({ code: 'not_found' })
    }
  })
})

describe('retractMessage', () => {
  test('[MSG-15] removes the text and its edits from every answer, and keeps them in the database', async () => {
    const { core, client, operator, chatId, message, input } = await conversation()
    await editMessage(core, client, { ...input, text: 'second' })
    await editMessage(core, client, { ...input, text: 'third' })
    const retracted = await retractMessage(core, client, input)
    expect(retracted.message).toEqual({ ...message, text: '' })
    expect((await listMessages(core, operator, { chatId, limit: 50 })).items).toEqual([retracted.message])
    expect(await entries(client, chatId)).toMatchObject([
      { kind: 'message', message: { text: '' } },
      { kind: 'edited', data: { text: '' } },
      { kind: 'edited', data: { text: '' } },
      { kind: 'retracted', data: { messageId: message.id } },
    ])
    expect((await getChat(core, operator, { chatId })).chat).toMatchObject({ lastMessage: { text: '' }, unread: 1 })
    expect(await revisions(message.id)).toEqual(['first', 'second', 'third'])
  })

  test('[MSG-15] keeps the edits of other messages', async () => {
    const { core, client, chatId, input } = await conversation()
    const { message: other } = await sendText(core, client, { chatId })
    await editMessage(core, client, { chatId, messageId: other.id, text: 'kept' })
    await retractMessage(core, client, input)
    expect(await entries(client, chatId)).toMatchObject([
      { message: { text: '' } },
      { message: { text: 'kept' } },
      { data: { messageId: other.id, text: 'kept' } },
      { kind: 'retracted' },
    ])
  })

  test('[MSG-15] twenty concurrent retractions add one entry, and each returns the message', async () => {
    const { core, client, chatId, input } = await conversation()
    const answers = await Promise.all(Array.from({ length: 20 }, () => retractMessage(core, client, input)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect((await entries(client, chatId)).map((entry) => entry.kind)).toEqual(['message', 'retracted'])
  })

  test('[MSG-17] a repeated send is still a replay, and returns the message as it is now', async () => {
    const { core, client, chatId, message, input } = await conversation()
    const again = { chatId, text: 'first', clientMsgId: `m-${chatId}` }
    await editMessage(core, client, { ...input, text: 'second' })
    expect(await sendMessage(core, client, again)).toEqual({ message: { ...message, text: 'second' }, duplicate: true })
    await retractMessage(core, client, input)
    expect(await sendMessage(core, client, again)).toEqual({ message: { ...message, text: '' }, duplicate: true })
    const other = sendMessage(core, client, { ...again, text: 'second' })
    await expect(other).rejects.toMatchObject({ code: 'client_msg_id_reused' })
  })
})
