import { chatOutputSchema } from '@deskbell/contract/chats'
import { messageOutputSchema, sendOutputSchema } from '@deskbell/contract/messages'
import type { LoginOutput } from '@deskbell/contract/users'
import { uniqueId } from '@deskbell/testkit/factories'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { createRestProbe, type RestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let rest: RestProbe
let client: LoginOutput
let operator: LoginOutput

beforeAll(async () => {
  server = await startTestServer({ closedChat: 'reopen' })
  rest = await createRestProbe(server.url)
  client = await signInByRest(server.url, 'client')
  operator = await signInByRest(server.url, 'operator')
})

afterAll(() => server.close())

async function newChat(): Promise<`/chats/${number}`> {
  const { json } = await rest.call('POST', '/chats', { token: client.token })
  return `/chats/${chatOutputSchema.parse(json).chat.id}`
}

async function send(chat: string, clientMsgId = uniqueId('msg')) {
  const body = { text: 'first', clientMsgId }
  const { json } = await rest.call('POST', `${chat}/messages`, { token: client.token, body })
  return sendOutputSchema.parse(json).message
}

const post = (path: string, { token }: LoginOutput, body?: object) => rest.call('POST', path, { token, body })

describe('reopening and closing by REST', () => {
  it('[REST-2] [CHAT-15] a reopen by an operator returns 200, and repeated the same chat', async () => {
    const chat = await newChat()
    await post(`${chat}/close`, operator)
    const first = await post(`${chat}/reopen`, operator)
    expect(first).toMatchObject({ status: 200, json: { chat: { status: 'open', closedAt: null } } })
    expect((await post(`${chat}/reopen`, operator)).json).toEqual(first.json)
  })

  it('[REST-2] [CHAT-15] with CLOSED_CHAT=reopen the client of a chat may reopen it, another gets 404', async () => {
    const chat = await newChat()
    await post(`${chat}/close`, operator)
    const stranger = await signInByRest(server.url, 'client')
    expect(await post(`${chat}/reopen`, stranger)).toMatchObject({ status: 404, code: 'not_found' })
    expect(await post(`${chat}/reopen`, client)).toMatchObject({ status: 200, json: { chat: { status: 'open' } } })
  })

  it('[REST-4] [CHAT-15] without CLOSED_CHAT=reopen a client gets 403, whatever the chat and input', async () => {
    for (const closedChat of ['say', 'new'] as const) {
      await using strict = await startTestServer({ closedChat, connectionString: server.connectionString })
      const probe = await createRestProbe(strict.url)
      for (const [path, body] of [
        [await newChat(), undefined],
        ['/chats/999999999', undefined],
        ['/chats/abc', { unknown: true }],
      ] as const) {
        const answer = await probe.call('POST', `${path}/reopen`, { token: client.token, body })
        expect(answer).toMatchObject({ status: 403, code: 'forbidden' })
      }
    }
  })

  it('[REST-2] [CHAT-16] a close with an old ifSeq is 409 newer_messages', async () => {
    const chat = await newChat()
    const { seq } = await send(chat)
    expect(await post(`${chat}/close`, operator, { ifSeq: seq - 1 })).toMatchObject({
      status: 409,
      code: 'newer_messages',
    })
    expect(await post(`${chat}/close`, operator, { ifSeq: seq })).toMatchObject({ status: 200 })
  })
})

describe('waving off by REST', () => {
  it('[REST-2] [CHAT-19] a chat waits until it is waved off, and a repeat returns the same chat', async () => {
    const chat = await newChat()
    const { createdAt } = await send(chat)
    const waiting = await rest.call('GET', chat, { token: operator.token })
    expect(waiting).toMatchObject({ status: 200, json: { chat: { waitingSince: createdAt } } })
    const first = await post(`${chat}/no-reply`, operator)
    expect(first).toMatchObject({ status: 200, json: { chat: { waitingSince: null } } })
    expect((await post(`${chat}/no-reply`, operator, {})).json).toEqual(first.json)
  })

  it('[CHAT-19] [CHAT-3] a client gets 403 for any chat, and an operator 404 for a missing one', async () => {
    for (const path of [await newChat(), '/chats/999999999', '/chats/abc'])
      expect(await post(`${path}/no-reply`, client)).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await post('/chats/999999999/no-reply', operator)).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('[CHAT-20] [CHAT-18] a client gets no waitingSince, and 400 for sort=waiting', async () => {
    const chat = await newChat()
    await send(chat)
    const as = (path: string, { token }: LoginOutput) => rest.call('GET', path, { token })
    for (const path of [chat, '/chats?sort=activity']) {
      expect((await as(path, client)).text).not.toContain('waitingSince')
      expect((await as(path, operator)).text).toContain('waitingSince')
    }
    expect(await as('/chats?sort=waiting', operator)).toMatchObject({ status: 200 })
    expect(await as('/chats?sort=waiting', client)).toMatchObject({
      status: 400,
      json: { errors: [{ path: 'sort', message: 'is for operators only' }] },
    })
  })
})

describe('editing and retracting by REST', () => {
  it('[REST-2] [MSG-14] [MSG-15] [MSG-17] each can be repeated, and the send stays a replay', async () => {
    const chat = await newChat()
    const message = await send(chat, 'once')
    const path = `${chat}/messages/${message.id}`
    const edited = await post(`${path}/edit`, client, { text: ' second\r\n' })
    expect(edited.status).toBe(200)
    expect(messageOutputSchema.parse(edited.json).message).toEqual({ ...message, text: 'second' })
    expect((await post(`${path}/edit`, client, { text: 'second' })).json).toEqual(edited.json)
    const retracted = await post(`${path}/retract`, client)
    expect(retracted).toMatchObject({ status: 200, json: { message: { ...message, text: '' } } })
    expect((await post(`${path}/retract`, client, {})).json).toEqual(retracted.json)
    expect(await send(chat, 'once')).toEqual({ ...message, text: '' })
  })

  it('[REST-3] [MSG-16] a message of another user is 409 with a reason, one of another chat 404', async () => {
    const chat = await newChat()
    const { id } = await send(chat)
    for (const answer of [
      await post(`${chat}/messages/${id}/edit`, operator, { text: 'mine' }),
      await post(`${chat}/messages/${id}/retract`, operator),
    ]) {
      expect(answer).toMatchObject({
        status: 409,
        code: 'not_editable',
        json: { detail: expect.stringMatching(/author/) },
      })
    }
    const elsewhere = await newChat()
    expect(await post(`${elsewhere}/messages/${id}/retract`, client)).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('[REST-5] [REST-11] an issue of a path parameter has the name in the path', async () => {
    for (const [path, name] of [
      ['/chats/1/messages/01/retract', 'messageId'],
      ['/chats/x/messages/1/retract', 'id'],
    ] as const) {
      const answer = await post(path, client)
      expect(answer).toMatchObject({ status: 400, json: { errors: [{ path: name }] } })
    }
  })

  it('[REST-6] the paths accept only POST, and the path of a message is 404', async () => {
    const answer = await rest.call('GET', '/chats/1/messages/2/edit')
    expect(answer).toMatchObject({ status: 405 })
    expect(answer.headers.get('allow')).toBe('POST')
    expect((await rest.call('POST', '/chats/1/messages/2')).status).toBe(404)
  })
})
