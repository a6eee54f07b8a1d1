import type { Actor } from '@deskbell/contract/actor'
import { chatOutputSchema } from '@deskbell/contract/chats'
import { type ErrorCode, problemSchema } from '@deskbell/contract/errors'
import { identityKeysMax, sendRate } from '@deskbell/contract/limits'
import { sendOutputSchema } from '@deskbell/contract/messages'
import type { LoginOutput } from '@deskbell/contract/users'
import { createSetupLink, setUp } from '@deskbell/core/auth/accounts/set-up'
import { authenticate } from '@deskbell/core/auth/authenticate'
import { createIdentityKey } from '@deskbell/core/auth/identity/manage-identity-keys'
import { factorScenarios } from '@deskbell/testkit/authorization/factor-scenarios'
import { openRaw, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { createRestProbe, type RestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeProcedures, type ProcedureDescription } from './describe-procedures.ts'
import { appRouter } from './router.ts'

const procedures = describeProcedures(appRouter)
const missing = { chatId: 999_999_999 }

let server: TestServer
/** With accounts, and one admin. */
let secure: TestServer
let admin: LoginOutput
let rest: RestProbe
let client: LoginOutput
let stranger: LoginOutput
let operator: LoginOutput
let other: LoginOutput

beforeAll(async () => {
  server = await startTestServer()
  rest = await createRestProbe(server.url)
  client = await signInByRest(server.url, 'client')
  stranger = await signInByRest(server.url, 'client')
  operator = await signInByRest(server.url, 'operator')
  other = await signInByRest(server.url, 'operator')
  secure = await startTestServer({ authMode: 'secure', publicUrl: 'http://127.0.0.1' })
  const token = (await createSetupLink(secure.core)) ?? ''
  admin = await setUp(
    secure.core,
    { token, email: 'admin@example.test', name: 'Grace', password },
    { address: '127.0.0.1' },
  )
})

afterAll(async () => {
  await secure.close()
  await server.close()
})

const password = 'violet otter kayak 71'

/** `at`: the server; by default the one in open mode. */
type Call = { token?: string; input?: unknown; at?: TestServer }
type Scenario = () => Promise<Call> | Call

/** What the scenarios of other files are made of. */
const callsOf = {
  ...{ asAdmin, asClient, accountOnly, unauthenticated, invalidAndForbidden },
  secure: () => ({ server: secure, admin }),
}

/** A call for each error code of each procedure. Rates are tested below, outages in `http/errors/outage.pg.test.ts`. */
const scenarios: Record<string, Partial<Record<ErrorCode, Scenario>>> = {
  'users.login': { invalid_input: () => ({ input: {} }) },
  'users.me': { ...unauthenticated(), invalid_input: asClient({ id: 1 }) },
  'users.logout': { ...unauthenticated(), invalid_input: asClient({ id: 1 }) },
  'auth.setUp': {
    ...invalidAndForbidden({ token: 't', email: 'ada@example.test', name: 'Ada', password }),
    not_found: () => ({ at: secure, input: { token: 't', email: 'ada@example.test', name: 'Ada', password } }),
  },
  'auth.signIn': {
    ...invalidAndForbidden({ email: 'ada@example.test', password }),
    invalid_credentials: () => ({ at: secure, input: { email: 'ada@example.test', password } }),
  },
  ...factorScenarios(callsOf),
  'auth.accept': {
    ...invalidAndForbidden({ token: 't', name: 'Ada', password }),
    not_found: () => ({ at: secure, input: { token: 't', name: 'Ada', password } }),
  },
  'auth.forgotPassword': invalidAndForbidden({ email: 'ada@example.test' }),
  'auth.resetPassword': {
    ...invalidAndForbidden({ token: 't', password }),
    not_found: () => ({ at: secure, input: { token: 't', password } }),
  },
  'operators.resetPassword': { ...accountOnly({ operatorId: 1 }), not_found: asAdmin({ operatorId: 999_999 }) },
  'auth.changePassword': {
    ...accountOnly({ current: password, password }),
    invalid_credentials: asAdmin({ current: 'wrong', password: 'copper lantern 48 swims' }),
  },
  'operators.list': { ...unauthenticated(), forbidden: asClient({}), invalid_input: asOperator({ x: 1 }) },
  'keys.create': operatorOnly({ name: 'Shop', scopes: ['read'] }),
  'keys.list': { ...unauthenticated(), forbidden: asClient({}), invalid_input: asOperator({ x: 1 }) },
  'keys.delete': { ...operatorOnly({ keyId: 1 }), not_found: asOperator({ keyId: 999_999 }) },
  'identityKeys.create': {
    ...operatorOnly({ alg: 'HS256' }),
    too_many_keys: async () => {
      for (let made = 0; made < identityKeysMax; made += 1)
        await createIdentityKey(secure.core, await actorOf(admin), { alg: 'HS256', address: '127.0.0.1' })
      return { at: secure, token: admin.token, input: { alg: 'HS256' } }
    },
  },
  'identityKeys.list': { ...unauthenticated(), forbidden: asClient({}), invalid_input: asOperator({ x: 1 }) },
  'identityKeys.delete': { ...operatorOnly({ kid: 'k' }), not_found: asOperator({ kid: 'k' }) },
  'audit.list': { ...unauthenticated(), forbidden: asClient({}), invalid_input: asOperator({ cursor: 'x' }) },
  'audit.export': operatorOnly({ format: 'csv' }),
  'operators.invite': accountOnly({ email: 'ada@example.test', access: 'operator' }),
  'operators.disable': {
    ...accountOnly({ operatorId: 1 }),
    not_found: asAdmin({ operatorId: 999_999 }),
    last_admin: asAdmin(() => ({ operatorId: admin.user.id })),
  },
  'operators.enable': { ...accountOnly({ operatorId: 1 }), not_found: asAdmin({ operatorId: 999_999 }) },
  'operators.setAccess': {
    ...accountOnly({ operatorId: 1, access: 'admin' }),
    not_found: asAdmin({ operatorId: 999_999, access: 'operator' }),
    last_admin: asAdmin(() => ({ operatorId: admin.user.id, access: 'operator' })),
  },
  'auth.identify': {
    invalid_input: () => ({ input: {} }),
    invalid_credentials: () => ({ input: { identity: 'x' } }),
  },
  'auth.guest': { invalid_input: () => ({ input: { name: ' ' } }) },
  'auth.sessions': { ...unauthenticated(), invalid_input: asClient({ id: 1 }) },
  'auth.endSession': {
    ...unauthenticated({ sessionId: 1 }),
    invalid_input: asClient({}),
    not_found: asClient({ sessionId: 999_999_999 }),
  },
  'chats.create': { ...unauthenticated({}), invalid_input: asOperator({}) },
  'chats.list': { ...unauthenticated({}), invalid_input: asClient({ scope: 'mine' }) },
  'chats.get': { ...unauthenticated(missing), invalid_input: asClient({}), not_found: hidden() },
  'chats.close': {
    ...operatorOnly(missing),
    not_found: asOperator(missing),
    newer_messages: async () => {
      return { token: operator.token, input: { chatId: (await messageOf(client)).chatId, ifSeq: 0 } }
    },
  },
  'chats.reopen': { ...operatorOnly(missing), not_found: asOperator(missing) },
  'chats.assignOperator': {
    ...operatorOnly(missing),
    not_found: asOperator(missing),
    already_assigned: async () => ({ token: operator.token, input: { chatId: await chatOf(other) } }),
    chat_closed: async () => ({ token: operator.token, input: { chatId: await closedChat() } }),
  },
  'chats.release': {
    ...operatorOnly(missing),
    not_found: asOperator(missing),
    already_assigned: async () => ({ token: operator.token, input: { chatId: await chatOf(other) } }),
    chat_closed: async () => ({ token: operator.token, input: { chatId: await closedChat() } }),
  },
  'chats.noReply': {
    ...operatorOnly(missing),
    not_found: asOperator(missing),
    newer_messages: async () => {
      return { token: operator.token, input: { chatId: (await messageOf(client)).chatId, ifSeq: 0 } }
    },
  },
  'chats.markRead': {
    ...unauthenticated({ ...missing, seq: 1 }),
    invalid_input: asClient(missing),
    not_found: hidden({ seq: 1 }),
  },
  'chats.markDelivered': {
    ...unauthenticated({ ...missing, seq: 1 }),
    invalid_input: asClient(missing),
    not_found: hidden({ seq: 1 }),
  },
  'chats.typing': { ...unauthenticated(missing), invalid_input: asClient({}), not_found: hidden() },
  'chats.page': { ...unauthenticated(missing), invalid_input: asClient({}), not_found: hidden() },
  'chats.events': { ...unauthenticated(missing), invalid_input: asClient({}), not_found: hidden() },
  'messages.send': {
    ...unauthenticated({ ...missing, text: 'a', clientMsgId: 'b' }),
    invalid_input: asClient(missing),
    not_found: hidden({ text: 'a', clientMsgId: 'b' }),
    chat_closed: async () => {
      return { token: client.token, input: { chatId: await closedChat(), text: 'a', clientMsgId: 'late' } }
    },
    client_msg_id_reused: async () => {
      const input = { chatId: await newChat(), text: 'first', clientMsgId: 'twice' }
      await rest.call('POST', `/chats/${input.chatId}/messages`, {
        token: client.token,
        body: { text: 'first', clientMsgId: 'twice' },
      })
      return { token: client.token, input: { ...input, text: 'second' } }
    },
  },
  'messages.sendBatch': {
    ...unauthenticated({ ...missing, items: [{ text: 'a', clientMsgId: 'b' }] }),
    invalid_input: asClient({ ...missing, items: [] }),
    not_found: hidden({ items: [{ text: 'a', clientMsgId: 'b' }] }),
  },
  'messages.edit': {
    ...unauthenticated({ ...missing, messageId: 1, text: 'a' }),
    invalid_input: asClient(missing),
    not_found: hidden({ messageId: 1, text: 'a' }),
    chat_closed: async () => ({ token: client.token, input: { ...(await closedMessage()), text: 'a' } }),
    not_editable: async () => ({ token: operator.token, input: { ...(await messageOf(client)), text: 'a' } }),
  },
  'messages.retract': {
    ...unauthenticated({ ...missing, messageId: 1 }),
    invalid_input: asClient(missing),
    not_found: hidden({ messageId: 1 }),
    chat_closed: async () => ({ token: client.token, input: await closedMessage() }),
    not_editable: async () => ({ token: operator.token, input: await messageOf(client) }),
  },
  'messages.list': { ...unauthenticated(missing), invalid_input: asClient({}), not_found: hidden() },
  'users.online': operatorOnly({ userIds: [1] }),
  'inbox.events': { ...unauthenticated({}), invalid_input: asClient({ x: 1 }) },
}

/** Of a call without a session that is for accounts. */
function invalidAndForbidden(input: object): Record<'invalid_input' | 'forbidden', Scenario> {
  return { invalid_input: () => ({ at: secure, input: {} }), forbidden: () => ({ input }) }
}

async function actorOf({ token }: LoginOutput): Promise<Actor> {
  const actor = await authenticate(secure.core, token)
  if (actor === null) throw new Error('The admin is not signed in.')
  return actor
}

function asAdmin(input: object | (() => object)): Scenario {
  return () => ({ at: secure, token: admin.token, input: typeof input === 'function' ? input() : input })
}

function asClient(input: unknown): Scenario {
  return () => ({ token: client.token, input })
}

function asOperator(input: unknown): Scenario {
  return () => ({ token: operator.token, input })
}

function unauthenticated(input?: unknown): { unauthenticated: Scenario } {
  return { unauthenticated: () => ({ input }) }
}

function operatorOnly(input: object): Record<'unauthenticated' | 'forbidden' | 'invalid_input', Scenario> {
  return { ...unauthenticated(input), forbidden: asClient(input), invalid_input: asOperator({}) }
}

/** The same for a call that is made in secure mode only. */
function accountOnly(input: object): Record<'unauthenticated' | 'forbidden' | 'invalid_input', Scenario> {
  return { ...operatorOnly(input), invalid_input: asAdmin({ x: 1 }) }
}

/** A call of a client for an existing chat of another client. */
function hidden(fields: object = {}): Scenario {
  return async () => ({ token: stranger.token, input: { chatId: await newChat(), ...fields } })
}

async function newChat(): Promise<number> {
  return chatOutputSchema.parse((await rest.call('POST', '/chats', { token: client.token })).json).chat.id
}

async function chatOf({ token }: LoginOutput): Promise<number> {
  const id = await newChat()
  await rest.call('POST', `/chats/${id}/assign-operator`, { token })
  return id
}

async function closedChat(): Promise<number> {
  const id = await newChat()
  await rest.call('POST', `/chats/${id}/close`, { token: operator.token })
  return id
}

async function messageOf({ token }: LoginOutput): Promise<{ chatId: number; messageId: number }> {
  const chatId = await newChat()
  const body = { text: 'first', clientMsgId: `m-${chatId}` }
  const sent = await rest.call('POST', `/chats/${chatId}/messages`, { token, body })
  return { chatId, messageId: sendOutputSchema.parse(sent.json).message.id }
}

async function closedMessage(): Promise<{ chatId: number; messageId: number }> {
  const message = await messageOf(client)
  await rest.call('POST', `/chats/${message.chatId}/close`, { token: operator.token })
  return message
}

const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    data: z.strictObject({
      code: z.string(),
      httpStatus: z.number(),
      retryAfterMs: z.number().nullable(),
      requestId: z.string().min(1),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  }),
})

/** Makes a call over HTTP, and returns its error. A stream is also opened over a socket, where it must fail equally. */
async function call({ name, type }: ProcedureDescription, { token, input, at = server }: Call): Promise<unknown> {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const text = input === undefined ? undefined : JSON.stringify(input)
  if (type === 'mutation') {
    const headers = { ...authorization, 'content-type': 'application/json' }
    return (await fetch(`${at.url}/trpc/${name}`, { method: 'POST', headers, body: text ?? '' })).json()
  }
  const query = text === undefined ? '' : `?input=${encodeURIComponent(text)}`
  const answer = await fetch(`${at.url}/trpc/${name}${query}`, { headers: authorization })
  if (type === 'subscription' && token !== undefined) await expectSame(name, { token, input }, answer.clone())
  return failureIn(answer)
}

/** Returns the error of a response. A stream that has begun reports it as an event. */
async function failureIn(answer: Response): Promise<unknown> {
  const text = await answer.text()
  const event = /event: serialized-error\ndata: (.*)/.exec(text)?.[1]
  return event === undefined ? JSON.parse(text) : { error: JSON.parse(event) }
}

async function expectSame(name: string, asked: { token: string; input: unknown }, answer: Response): Promise<void> {
  const bySocket = errorSchema.parse(await callBySocket(name, asked)).error
  const byHttp = errorSchema.parse(await failureIn(answer)).error
  const requestId = byHttp.data.requestId
  expect(byHttp).toEqual({ ...bySocket, data: { ...bySocket.data, requestId } })
}

async function callBySocket(path: string, { token, input }: { token: string; input: unknown }): Promise<unknown> {
  await using socket = await openRaw(server.wsUrl, { token })
  socket.send({ id: 1, method: 'subscription', params: { path, input } })
  // Awaited here, so that the socket stays open until its frame arrives.
  return await socket.frame((frame) => errorSchema.safeParse(frame).success)
}

function expectedCodes({ meta }: ProcedureDescription): ErrorCode[] {
  const own = ['invalid_input', ...(meta.errors ?? [])] satisfies ErrorCode[]
  const ofAccess = {
    anybody: [],
    'signed-in': ['unauthenticated'],
    operator: ['unauthenticated', 'forbidden'],
    admin: ['unauthenticated', 'forbidden'],
    reopener: ['unauthenticated', 'forbidden'],
  } as const satisfies Record<string, ErrorCode[]>
  return [...ofAccess[meta.access ?? 'signed-in'], ...own]
}

describe('the codes of a procedure', () => {
  it('[REST-3] all have a scenario, for every procedure', () => {
    const declared = procedures.map((procedure) => [procedure.name, expectedCodes(procedure).sort()])
    const tried = Object.entries(scenarios).map(([name, codes]) => [name, Object.keys(codes).sort()])
    expect(Object.fromEntries(tried)).toEqual(Object.fromEntries(declared))
  })

  const rows = procedures.flatMap((procedure) =>
    Object.entries(scenarios[procedure.name] ?? {}).map(([code, scenario]) => ({ procedure, code, scenario })),
  )

  it.each(rows)('[REST-3] $procedure.name can fail with $code', async ({ procedure, code, scenario }) => {
    const answer = await call(procedure, await scenario())
    expect(errorSchema.parse(answer).error.data.code).toBe(code)
  })
})

describe('a procedure that a client may never call', () => {
  it.each(procedures.filter(({ meta }) => ['operator', 'admin', 'reopener'].includes(meta.access ?? '')))(
    '[REST-4] $name is forbidden, whatever the input and the chat',
    async (procedure) => {
      for (const input of [missing, {}, { chatId: await newChat() }]) {
        const answer = await call(procedure, { token: client.token, input })
        expect(errorSchema.parse(answer).error.data.code).toBe('forbidden')
      }
    },
  )
})

describe('a call above its rate', () => {
  it('[HTTP-7] is rate_limited by REST with Retry-After, and by tRPC', async () => {
    await using limited = await startTestServer({ rateLimits: true, rateClock: () => 0 })
    const { token } = await signInByRest(limited.url, 'client')
    const until429 = async (path: string, headers: Record<string, string>): Promise<Response> => {
      for (let nth = 0; nth <= sendRate.burst; nth += 1) {
        const answer = await fetch(`${limited.url}${path}`, { method: 'POST', headers, body: 'no json' })
        if (answer.status === 429) return answer
        await answer.body?.cancel()
      }
      throw new Error(`${path} has no rate`)
    }
    const authorization = { authorization: `Bearer ${token}` }
    const sends = await until429('/api/chats/1/messages', authorization)
    expect(Number(sends.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(problemSchema.parse(await sends.json())).toMatchObject({ code: 'rate_limited', status: 429 })
    const signIns = await until429('/trpc/users.login', { 'content-type': 'application/json' })
    expect(errorSchema.parse(await signIns.json()).error.data).toMatchObject({ code: 'rate_limited', httpStatus: 429 })
    expect((await until429('/api/users/login', {})).headers.get('retry-after')).toBeTruthy()
  })
})
