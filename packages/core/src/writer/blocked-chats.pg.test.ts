import type { Actor } from '@deskbell/contract/actor'
import { chatIdSchema, messageIdSchema } from '@deskbell/contract/ids'
import { blockedChatItemsMax } from '@deskbell/contract/limits'
import { holdLock, isWaitedFor, refusePoison } from '@deskbell/testkit/database/chat-lock'
import { feedTransactions } from '@deskbell/testkit/database/feed-transactions'
import { newChats, newClient, sendText, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toAppError } from '../app-error.ts'
import { editMessage } from '../messages/edit-message.ts'
import { retractMessage } from '../messages/retract-message.ts'
import { sendMessage } from '../messages/send-message.ts'

let fresh: FreshCore
let client: Actor
beforeAll(async () => {
  fresh = await freshCore({ poolMax: 30 })
  client = await newClient(fresh.core)
})
afterAll(() => fresh.drop())

describe('a chat whose lock is held elsewhere', () => {
  test('[MSG-20] holds up no other chat, and gets its own sends in order when it is free', async () => {
    const chats = await newChats(fresh.core, client, 5)
    const held = given(chats[0])
    const others = chats.slice(1)
    const sendToOthers = () => Promise.all(others.map((chatId) => sendText(fresh.core, client, { chatId })))
    const lock = await holdLock(fresh.db, held)
    const before = await feedTransactions(fresh.db, others)
    const waiting = ['one', 'two', 'three'].map((text) => sendText(fresh.core, client, { chatId: held, text }))
    await sendToOthers()
    // A message alone, and a batch. The locked chat has not split the batch of the others.
    expect((await feedTransactions(fresh.db, others)) - before).toBeLessThanOrEqual(2)
    await waitFor(() => isWaitedFor(fresh.db, lock.pid))
    // Again and again, while the lock is held.
    for (let round = 0; round < 3; round += 1) {
      await sendToOthers()
      waiting.push(sendText(fresh.core, client, { chatId: held, text: `later ${round}` }))
    }
    expect(await isWaitedFor(fresh.db, lock.pid)).toBe(true)
    await lock.release()
    const answers = await Promise.all(waiting)
    expect(answers.map(({ message }) => message.text)).toEqual(['one', 'two', 'three', 'later 0', 'later 1', 'later 2'])
    expect(answers.map(({ message }) => message.seq)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('[MSG-4] [MSG-13] what was committed while its lock was waited for is a replay', async () => {
    const [chatId] = await newChats(fresh.core, client, 1)
    const { message: first } = await sendText(fresh.core, client, { chatId: given(chatId) })
    const lock = await holdLock(fresh.db, given(chatId))
    const send = sendText(fresh.core, client, { chatId: given(chatId), clientMsgId: 'meanwhile', text: first.text })
    await waitFor(() => isWaitedFor(fresh.db, lock.pid))
    await lock.query(`update messages set client_msg_id = 'meanwhile' where id = ${first.id}`)
    await lock.query(`update chats set status = 'closed' where id = ${chatId}`)
    await lock.release()
    expect(await send).toMatchObject({ duplicate: true, message: { id: first.id } })
  })

  test('[MSG-20] a lock that is not given in two seconds is unavailable, and the same send is stored later', async () => {
    const [chatId] = await newChats(fresh.core, client, 1)
    const lock = await holdLock(fresh.db, given(chatId))
    const input = { chatId: given(chatId), text: 'patient', clientMsgId: uniqueId('patient') }
    expect(toAppError(await sendMessage(fresh.core, client, input).catch((error: unknown) => error))).toMatchObject({
      code: 'unavailable',
    })
    await lock.release()
    expect(await sendMessage(fresh.core, client, input)).toMatchObject({ duplicate: false, message: { seq: 1 } })
  })
})

describe('what strangers and failures may not do', () => {
  test('[CHAT-3] [MSG-20] a stranger to a locked chat gets not_found at once, and takes no place of its people', async () => {
    const [chatId] = await newChats(fresh.core, client, 1)
    const stranger = await newClient(fresh.core)
    const lock = await holdLock(fresh.db, given(chatId))
    const own = sendText(fresh.core, client, { chatId: given(chatId) })
    await waitFor(() => isWaitedFor(fresh.db, lock.pid))
    const strange = Array.from({ length: blockedChatItemsMax + 1 }, () =>
      sendText(fresh.core, stranger, { chatId: given(chatId) }).catch(toAppError),
    )
    expect(await Promise.all(strange)).toMatchObject(strange.map(() => ({ code: 'not_found' })))
    const next = sendText(fresh.core, client, { chatId: given(chatId) })
    await lock.release()
    expect(await Promise.all([own, next])).toMatchObject([{ message: { seq: 1 } }, { message: { seq: 2 } }])
  })

  test('[CHAT-3] [MSG-18] editing in a chat that does not exist is not_found, and harms no neighbour', async () => {
    const chats = await newChats(fresh.core, client, 30)
    const [held, others] = [chats.slice(0, 4), chats.slice(4)]
    const locks = []
    for (const chatId of held) locks.push(await holdLock(fresh.db, chatId))
    const waiting = held.map((chatId) => sendText(fresh.core, client, { chatId }))
    for (const lock of locks) await waitFor(() => isWaitedFor(fresh.db, lock.pid))
    const wrong = [1, 2, 3, 4].map((place) => ({
      chatId: chatIdSchema.parse(Number.MAX_SAFE_INTEGER - place),
      messageId: messageIdSchema.parse(1),
    }))
    const edits = wrong.map((each) => editMessage(fresh.core, client, { ...each, text: 'x' }).catch(toAppError))
    const sends = others.map((chatId) => sendText(fresh.core, client, { chatId }))
    const retractions = wrong.map((each) => retractMessage(fresh.core, client, each).catch(toAppError))
    expect(await Promise.all(sends)).toMatchObject(sends.map(() => ({ message: { seq: 1 } })))
    const refused = await Promise.all([...edits, ...retractions])
    expect(refused).toMatchObject(refused.map(() => ({ code: 'not_found' })))
    for (const lock of locks) await lock.release()
    await Promise.all(waiting)
  })

  test('[MSG-18] [MSG-20] a command that fails starves no blocked chat while others hold every place', async () => {
    await using _poison = await refusePoison(fresh.db)
    const chats = await newChats(fresh.core, client, 20)
    const [held, bad, others] = [chats.slice(0, 4), chats.slice(4, 6), chats.slice(6)]
    const locks = []
    for (const chatId of held) locks.push(await holdLock(fresh.db, chatId))
    const waiting = held.map((chatId) => sendText(fresh.core, client, { chatId }))
    for (const lock of locks) await waitFor(() => isWaitedFor(fresh.db, lock.pid))
    const ends = [...bad, ...others, ...bad].map((chatId) =>
      sendText(fresh.core, client, { chatId, text: bad.includes(chatId) ? 'poison' : 'good' }).catch(toAppError),
    )
    const all = await Promise.all(ends)
    expect(all.map((end) => ('message' in end && 'duplicate' in end ? 'stored' : end.message))).toEqual(
      [...bad, ...others, ...bad].map((chatId) => (bad.includes(chatId) ? 'internal' : 'stored')),
    )
    for (const lock of locks) await lock.release()
    await Promise.all(waiting)
  })

  test('[MSG-19] a failure of a neighbour refuses nothing that was accepted', async () => {
    await using _poison = await refusePoison(fresh.db)
    const chats = await newChats(fresh.core, client, 4)
    const innocent = given(chats[0])
    const neighbour = given(chats.find((chatId) => chatId !== innocent && chatId % 2 === innocent % 2))
    const bad = sendText(fresh.core, client, { chatId: neighbour, text: 'poison' }).catch(toAppError)
    const sends = Array.from({ length: blockedChatItemsMax + 100 }, () =>
      sendText(fresh.core, client, { chatId: innocent }),
    )
    expect(await Promise.all(sends)).toHaveLength(sends.length)
    expect(await bad).toMatchObject({ code: 'internal' })
  })
})

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Nothing was given.')
  return value
}
