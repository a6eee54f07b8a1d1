import { chatOutputSchema, listChatsOutputSchema } from '@deskbell/contract/chats'
import { problemSchema } from '@deskbell/contract/errors'
import { listMessagesOutputSchema, sendOutputSchema } from '@deskbell/contract/messages'
import { type LoginOutput, loginOutputSchema } from '@deskbell/contract/users'
import { uniqueId } from '@deskbell/testkit/factories'
import { createRestProbe, type RestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let rest: RestProbe
let client: LoginOutput
let stranger: LoginOutput
let operator: LoginOutput
let other: LoginOutput

beforeAll(async () => {
  server = await startTestServer()
  rest = await createRestProbe(server.url)
  client = await signIn('client', 'Ada')
  stranger = await signIn('client', 'Eve')
  operator = await signIn('operator', 'Grace')
  other = await signIn('operator', 'Hedy')
})

afterAll(() => server.close())

async function signIn(role: 'client' | 'operator', name: string): Promise<LoginOutput> {
  const body = { email: `${uniqueId(role)}@example.test`, name, role }
  return loginOutputSchema.parse((await rest.call('POST', '/users/login', { body })).json)
}

async function newChat(): Promise<number> {
  const { json } = await rest.call('POST', '/chats', { token: client.token })
  return chatOutputSchema.parse(json).chat.id
}

function send(chatId: number, text: string, clientMsgId = uniqueId('msg')) {
  return rest.call('POST', `/chats/${chatId}/messages`, { token: client.token, body: { text, clientMsgId } })
}

describe('users', () => {
  it('[REST-2] [AUTH-1] a sign-in returns 200 with the user, and sets the cookie of the role', async () => {
    const body = { email: '  Ada.L@Example.TEST ', name: ' Ada ', role: 'client' }
    const answer = await rest.call('POST', '/users/login', { body })
    const { user } = loginOutputSchema.parse(answer.json)
    expect(answer.status).toBe(200)
    expect(user).toMatchObject({ email: 'ada.l@example.test', name: 'Ada', role: 'client' })
    expect(answer.headers.getSetCookie().join()).toMatch(/deskbell_client=[^;]+;.*HttpOnly/)
  })

  it('[REST-2] GET /users/me returns 200 with the user', async () => {
    const answer = await rest.call('GET', '/users/me', { token: client.token })
    expect(answer).toMatchObject({ status: 200, json: { user: client.user } })
  })

  it('[REST-2] [AUTH-5] a sign-out returns 204 without a body, and ends the token', async () => {
    const { token } = await signIn('client', 'Kay')
    const answer = await rest.call('POST', '/users/logout', { token })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(await rest.call('GET', '/users/me', { token })).toMatchObject({ status: 401, code: 'unauthenticated' })
  })
})

describe('chats', () => {
  it('[REST-2] [CHAT-2] a new chat returns 201, and the same clientChatId again 200 with that chat', async () => {
    const call = { token: client.token, body: { clientChatId: uniqueId('chat') } }
    const [first, again] = [await rest.call('POST', '/chats', call), await rest.call('POST', '/chats', call)]
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.json).toEqual(first.json)
  })

  it('[REST-2] [CHAT-1] an operator creates a chat for a client by email and name', async () => {
    const body = { email: 'new@example.test', name: 'New' }
    const answer = await rest.call('POST', '/chats', { token: operator.token, body })
    const { chat } = chatOutputSchema.parse(answer.json)
    expect(answer.status).toBe(201)
    expect(chat).toMatchObject({ client: body, operator: null, status: 'open', lastMessageAt: null })
  })

  it('[REST-2] [CHAT-4] the pages of the list have no gap and no repeat', async () => {
    const { token } = await signIn('client', 'Lin')
    for (let nth = 0; nth < 5; nth += 1) await rest.call('POST', '/chats', { token })
    const seen: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '?limit=2' : `?limit=2&cursor=${encodeURIComponent(cursor)}`
      const answer = await rest.call('GET', `/chats${query}`, { token })
      const page = listChatsOutputSchema.parse(answer.json)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect(seen).toHaveLength(5)
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a))
  })

  it('[REST-2] [CHAT-4] the list returns 200 for every status and scope', async () => {
    for (const status of ['open', 'closed', 'all']) {
      for (const scope of ['all', 'mine', 'unassigned']) {
        const answer = await rest.call('GET', `/chats?status=${status}&scope=${scope}&limit=1`, {
          token: operator.token,
        })
        expect(answer.status).toBe(200)
      }
    }
  })

  it('[REST-2] GET of a chat returns 200 to its client and to an operator', async () => {
    const id = await newChat()
    for (const { token } of [client, operator]) {
      expect(await rest.call('GET', `/chats/${id}`, { token })).toMatchObject({ status: 200, json: { chat: { id } } })
    }
  })

  it('[REST-2] [CHAT-6] [CHAT-7] assigning a chat of another operator is 409, with takeOver 200', async () => {
    const id = await newChat()
    const assign = (token: string, body?: object) => rest.call('POST', `/chats/${id}/assign-operator`, { token, body })
    const first = await assign(operator.token)
    expect(first).toMatchObject({ status: 200, json: { chat: { operator: { id: operator.user.id } } } })
    expect((await assign(operator.token, {})).json).toEqual(first.json)
    expect(await assign(other.token)).toMatchObject({ status: 409, code: 'already_assigned' })
    const taken = await assign(other.token, { takeOver: true })
    expect(taken).toMatchObject({ status: 200, json: { chat: { operator: { id: other.user.id, name: 'Hedy' } } } })
    const given = await assign(other.token, { operatorId: operator.user.id, takeOver: true })
    expect(given).toMatchObject({ status: 200, json: { chat: { operator: { id: operator.user.id } } } })
  })

  it('[REST-2] [CHAT-9] releasing a chat returns 200 with no operator', async () => {
    const id = await newChat()
    await rest.call('POST', `/chats/${id}/assign-operator`, { token: operator.token })
    const answer = await rest.call('POST', `/chats/${id}/release`, { token: operator.token })
    expect(answer).toMatchObject({ status: 200, json: { chat: { operator: null } } })
  })

  it('[REST-2] [CHAT-5] closing a chat returns 200, and repeated 200 with the same chat', async () => {
    const id = await newChat()
    const close = () => rest.call('POST', `/chats/${id}/close`, { token: operator.token })
    const first = await close()
    expect(first).toMatchObject({ status: 200, json: { chat: { status: 'closed' } } })
    expect((await close()).json).toEqual(first.json)
  })

  it('[REST-2] [CHAT-10] marking a chat read returns 204 without a body', async () => {
    const id = await newChat()
    await send(id, 'hello')
    const call = { token: operator.token, body: { seq: 1 } }
    expect(await rest.call('POST', `/chats/${id}/read`, call)).toMatchObject({ status: 204, text: '' })
    const { json } = await rest.call('GET', `/chats/${id}`, { token: operator.token })
    expect(chatOutputSchema.parse(json).chat.unread).toBe(0)
  })
})

describe('messages', () => {
  it('[REST-2] [MSG-4] a send returns 201, its repeat 200 also after the close, a new send then 409', async () => {
    const id = await newChat()
    const first = await send(id, ' hi\r\nthere ', 'once')
    expect(first).toMatchObject({ status: 201, json: { duplicate: false, message: { text: 'hi\nthere', seq: 1 } } })
    await rest.call('POST', `/chats/${id}/close`, { token: operator.token })
    const again = await send(id, 'hi\nthere', 'once')
    expect(again.status).toBe(200)
    const messages = [first, again].map(({ json }) => sendOutputSchema.parse(json).message)
    expect(messages[1]).toEqual(messages[0])
    expect(await send(id, 'late')).toMatchObject({ status: 409, code: 'chat_closed' })
  })

  it('[REST-2] [MSG-10] are paged by beforeId and afterId, oldest first', async () => {
    const id = await newChat()
    for (let nth = 1; nth <= 5; nth += 1) await send(id, `${nth}`)
    const page = async (query: string) => {
      const { json } = await rest.call('GET', `/chats/${id}/messages${query}`, { token: operator.token })
      const { items, hasMore } = listMessagesOutputSchema.parse(json)
      return { ids: items.map((item) => item.id), texts: items.map((item) => item.text).join(''), hasMore }
    }
    const newest = await page('?limit=2')
    expect(newest).toMatchObject({ texts: '45', hasMore: true })
    expect(await page(`?limit=3&beforeId=${newest.ids[0]}`)).toMatchObject({ texts: '123', hasMore: false })
    const oldest = await page('?limit=2&afterId=0')
    expect(oldest).toMatchObject({ texts: '12', hasMore: true })
    const between = await page(`?afterId=${oldest.ids[0]}&beforeId=${newest.ids[1]}`)
    expect(between).toMatchObject({ texts: '234', hasMore: false })
  })

  it('[REST-2] [MSG-10] with beforeId=0 are an empty page with 200', async () => {
    const id = await newChat()
    const answer = await rest.call('GET', `/chats/${id}/messages?beforeId=0`, { token: client.token })
    expect(answer).toMatchObject({ status: 200, json: { items: [], hasMore: false } })
  })
})

describe('errors', () => {
  it('[REST-3] [CHAT-3] a chat of another client and a missing chat return the same bytes with 404', async () => {
    const hidden = await newChat()
    for (const [method, tail, body] of [
      ['GET', '', undefined],
      ['GET', '/messages', undefined],
      ['POST', '/read', { seq: 1 }],
      ['POST', '/messages', { text: 'x', clientMsgId: 'y' }],
    ] as const) {
      const call = { token: stranger.token, body }
      const answers = [
        await rest.call(method, `/chats/${hidden}${tail}`, call),
        await rest.call(method, `/chats/999999999${tail}`, call),
      ]
      const bytes = answers.map(({ status, text, json }) => {
        return `${status} ${text.replace(problemSchema.parse(json).requestId, '')}`
      })
      expect(bytes[0]).toContain('404')
      expect(bytes[1]).toBe(bytes[0])
    }
  })

  it('[REST-3] a problem document has the request id of the header', async () => {
    const answer = await rest.call('GET', '/chats', {})
    expect(problemSchema.parse(answer.json).requestId).toBe(answer.headers.get('x-request-id'))
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it.each(['/nowhere', '/chats/', '/chats/1/nothing', '/users', '/Chats', '/chats/1/close/', '/%63hats'])(
    '[REST-4] %s is 404 with any method, also without a session',
    async (path) => {
      for (const method of ['GET', 'POST', 'DELETE', 'PATCH', 'OPTIONS']) {
        expect(await rest.call(method, path)).toMatchObject({ status: 404, code: 'not_found' })
      }
    },
  )

  it.each(['a', '/', 'application/', ';'])(
    '[REST-4] path and method are checked before the media type %s',
    async (type) => {
      const call = { body: '{}', headers: { 'content-type': type } }
      expect(await rest.call('POST', '/nowhere', call)).toMatchObject({ status: 404, code: 'not_found' })
      expect(await rest.call('PUT', '/chats', call)).toMatchObject({ status: 405, code: 'method_not_allowed' })
      expect(await rest.call('POST', '/chats', call)).toMatchObject({ status: 415, code: 'unsupported_media_type' })
    },
  )

  it('[REST-6] another method of a known path is 405 with Allow', async () => {
    for (const [path, allow] of [
      ['/chats', 'GET, HEAD, POST'],
      ['/chats/1', 'GET, HEAD'],
      ['/chats/1/close', 'POST'],
      ['/users/login', 'POST'],
      ['/openapi.json', 'GET, HEAD'],
      ['/docs', 'GET, HEAD'],
    ] as const) {
      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const answer = await rest.call(method, path)
        expect(answer, `${method} ${path}`).toMatchObject({ status: 405, code: 'method_not_allowed' })
        expect(answer.headers.get('allow')).toBe(allow)
      }
    }
  })

  it('[REST-6] HEAD returns the status and length of GET, without a body', async () => {
    const get = await rest.call('GET', '/users/me', { token: client.token })
    const head = await rest.call('HEAD', '/users/me', { token: client.token })
    expect(head).toMatchObject({ status: 200, text: '' })
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'))
    expect((await rest.call('HEAD', '/users/me')).status).toBe(401)
    expect((await rest.call('HEAD', '/chats/1/close')).status).toBe(405)
  })

  it('[REST-7] a body over 256 KiB is too_large, with and without Content-Length', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(256 * 1024), clientMsgId: 'y' })
    const path = `/chats/${await newChat()}/messages`
    expect(await rest.call('POST', path, { token: client.token, body })).toMatchObject({
      status: 413,
      code: 'too_large',
    })
    const chunked = await fetch(`${server.url}/api${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' },
      body: new Blob([body]).stream(),
      duplex: 'half',
    })
    expect(chunked.status).toBe(413)
    expect(problemSchema.parse(await chunked.json()).code).toBe('too_large')
  })

  it('[REST-7] a media type other than JSON in UTF-8 is 415, also without a session', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16']) {
      const call = { body: '{}', headers: { 'content-type': type } }
      expect(await rest.call('POST', '/chats', call)).toMatchObject({ status: 415, code: 'unsupported_media_type' })
    }
  })

  it('[REST-7] the charset UTF-8 is accepted, and a body of {} may be left out', async () => {
    const headers = { 'content-type': 'application/json; charset=UTF-8' }
    const call = { token: client.token, body: '{}', headers }
    expect((await rest.call('POST', '/chats', call)).status).toBe(201)
    expect((await rest.call('POST', '/chats', { token: client.token })).status).toBe(201)
  })
})

describe('the document', () => {
  it('[REST-8] is served, and the tests above received these success responses', async () => {
    const document: unknown = await (await fetch(`${server.url}/api/openapi.json`)).json()
    expect(document).toMatchObject({ openapi: '3.1.0' })
    const successes = [...rest.check.seen].filter((seen) => / 20\d$/.test(seen)).sort()
    expect(successes).toEqual([
      'GET /chats 200',
      'GET /chats/{id} 200',
      'GET /chats/{id}/messages 200',
      'GET /users/me 200',
      'POST /chats 200',
      'POST /chats 201',
      'POST /chats/{id}/assign-operator 200',
      'POST /chats/{id}/close 200',
      'POST /chats/{id}/messages 200',
      'POST /chats/{id}/messages 201',
      'POST /chats/{id}/read 204',
      'POST /chats/{id}/release 200',
      'POST /users/login 200',
      'POST /users/logout 204',
    ])
  })

  it('[REST-9] has a docs page whose policy allows only its own style', async () => {
    const page = await fetch(`${server.url}/api/docs`)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(await page.text()).toContain('<title>Deskbell API</title>')
  })
})
