import { problemSchema } from '@deskbell/contract/errors'
import type { AuthMode, Role } from '@deskbell/contract/users'
import { authenticate } from '@deskbell/core/auth/authenticate'
import { signInGuest } from '@deskbell/core/auth/sign-in-guest'
import { accountAddress, setUpAdmin } from '@deskbell/testkit/accounts'
import { databaseFingerprint } from '@deskbell/testkit/database/database-fingerprint'
import { newChat, sendText } from '@deskbell/testkit/factories'
import { openRaw, type RawSocket, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { createRestProbe, type RestAnswer, type RestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeProcedures } from '../../describe-procedures.ts'
import { appRouter } from '../../router.ts'
import { collectRoutes, type RestRoute } from '../rest-routes.ts'
import { type BadInput, ownChat, ownMessage } from './bad-input.ts'
import { badInputs } from './bad-inputs.ts'

const procedures = new Map(describeProcedures(appRouter).map((procedure) => [procedure.name, procedure]))
const routes = new Map(collectRoutes(appRouter).map((route) => [route.procedure, route]))
const fieldsSchema = z.record(z.string(), z.unknown())

type World = {
  server: TestServer
  rest: RestProbe
  tokens: Record<Role, string>
  sockets: Record<Role, RawSocket>
  chatId: number
  messageId: number
}

/** A procedure is called in the mode in which it may be called; those of both modes in open mode. */
let worlds: Record<AuthMode, World>
const worldOf = (procedure: string) => worlds[procedures.get(procedure)?.meta.mode ?? 'open']

beforeAll(async () => {
  const open = await startTestServer()
  const secure = await startTestServer({ authMode: 'secure', publicUrl: 'http://127.0.0.1' })
  worlds = {
    open: await createWorld(open, {
      client: (await signInByRest(open.url, 'client')).token,
      operator: (await signInByRest(open.url, 'operator')).token,
    }),
    secure: await createWorld(secure, {
      client: (await signInGuest(secure.core, {}, accountAddress)).token,
      operator: (await setUpAdmin(secure.core)).token,
    }),
  }
})

afterAll(async () => {
  for (const { server, sockets } of Object.values(worlds)) {
    for (const socket of Object.values(sockets)) await socket[Symbol.asyncDispose]()
    await server.close()
  }
})

async function createWorld(server: TestServer, tokens: Record<Role, string>): Promise<World> {
  const actor = await authenticate(server.core, tokens.client)
  if (actor === null) throw new Error('A fresh session was not accepted.')
  const chat = await newChat(server.core, actor)
  return {
    server,
    rest: await createRestProbe(server.url),
    tokens,
    sockets: {
      client: await openRaw(server.wsUrl, { token: tokens.client }),
      operator: await openRaw(server.wsUrl, { token: tokens.operator }),
    },
    chatId: chat.id,
    messageId: (await sendText(server.core, actor, { chatId: chat.id })).message.id,
  }
}

/** Runs `work`, and checks that it left the whole database unchanged. */
async function changingNothing<T>({ server: { db } }: World, work: () => Promise<T>): Promise<T> {
  const before = await databaseFingerprint(db)
  const result = await work()
  expect(await databaseFingerprint(db)).toBe(before)
  return result
}

function inputOf({ input }: BadInput, { chatId, messageId }: World): unknown {
  const fields = fieldsSchema.safeParse(input)
  if (!fields.success || fields.data['chatId'] !== ownChat) return input
  const isOwnMessage = fields.data['messageId'] === ownMessage
  return { ...fields.data, chatId, ...(isOwnMessage && { messageId }) }
}

describe('[REST-10] bad input by the socket', () => {
  const errorFrameSchema = z.object({
    error: z.object({
      data: z.object({ code: z.string(), httpStatus: z.number(), errors: z.array(z.unknown()).min(1) }),
    }),
  })

  it.each(badInputs.map((each, nth) => ({ ...each, nth })))(
    '[REST-10] $procedure refuses $name and changes nothing',
    async (each) => {
      const world = worldOf(each.procedure)
      const socket = world.sockets[each.as ?? 'client']
      const id = each.nth + 1
      const frame = await changingNothing(world, () => {
        const params = { path: each.procedure, input: inputOf(each, world) }
        socket.send({ id, method: procedures.get(each.procedure)?.type, params })
        return socket.frame((found) => z.object({ id: z.literal(id) }).safeParse(found).success)
      })
      expect(errorFrameSchema.parse(frame).error.data).toMatchObject({ code: 'invalid_input', httpStatus: 400 })
    },
  )
})

describe('[REST-10] bad input by REST', () => {
  const byRest = badInputs.filter(({ only, procedure }) => only === undefined && routes.has(procedure))

  it.each(byRest)('[REST-10] $procedure refuses $name and changes nothing', async (each) => {
    const route = routes.get(each.procedure)
    if (route === undefined) throw new Error('unreachable')
    const world = worldOf(each.procedure)
    const { [each.as ?? 'client']: token } = world.tokens
    const answer = await changingNothing(world, () => callRest(world, route, { input: inputOf(each, world), token }))
    expect(answer).toMatchObject({ status: 400, code: 'invalid_input' })
    expect(problemSchema.parse(answer.json).errors?.length).toBeGreaterThan(0)
  })

  const onlyText: [method: string, path: string, body?: string][] = [
    ['GET', '/chats?limit=01'],
    ['GET', '/chats?limit=1e1'],
    ['GET', '/chats?limit=%2010'],
    ['GET', '/chats?limit=0x10'],
    ['GET', '/chats?limit='],
    ['GET', '/chats?limit'],
    ['GET', '/chats?limit=1&limit=2'],
    ['GET', '/chats?limit=1&limit=1'],
    ['GET', '/chats?limit[]=1'],
    ['GET', '/chats?status=%ff'],
    ['GET', '/chats?Limit=1'],
    ['GET', '/users/me?x'],
    ['GET', '/chats/01'],
    ['GET', '/chats/1e3'],
    ['GET', '/chats/%201'],
    ['GET', '/chats/1%20'],
    ['GET', '/chats/+1'],
    ['GET', '/chats/%zz'],
    ['GET', '/chats/..%2f1'],
    ['GET', '/chats/9007199254740993'],
    ['GET', '/chats/1/messages?afterId=-0'],
    ['GET', '/chats/1/messages?chatId=2'],
    ['POST', '/chats?clientChatId=a'],
    ['POST', '/chats', '{'],
    ['POST', '/chats', '[]'],
    ['POST', '/chats', '{"__proto__":{"role":"operator"}}'],
    ['POST', '/chats', '{"constructor":{"prototype":{}}}'],
    ['POST', '/chats', 'null'],
    ['POST', '/chats', '"a"'],
    ['POST', '/chats', '{"clientChatId":"a"}{}'],
    ['POST', '/chats', `${'['.repeat(50_000)}`],
    ['POST', '/chats/1/messages', '{"chatId":2,"text":"a","clientMsgId":"b"}'],
    ['POST', '/chats/1/messages', '{"text":"a","clientMsgId":"b","id":2}'],
    ['POST', '/chats/1/messages/01/retract'],
    ['POST', '/chats/1/messages/%zz/retract'],
    ['POST', '/chats/1/messages/1/edit', '{"messageId":2,"text":"a"}'],
    ['POST', '/users/logout', '{"x":1}'],
  ]

  it.each(onlyText)('[REST-10] N19: %s %s %s is refused and changes nothing', async (method, path, body) => {
    const world = worlds.open
    const call = { token: world.tokens.client, ...(body !== undefined && { body }) }
    const answer = await changingNothing(world, () => world.rest.call(method, path, call))
    expect(answer).toMatchObject({ status: 400, code: 'invalid_input' })
  })
})

it('[REST-10] there is a case of bad input for every procedure, and there are at least sixty', () => {
  expect(new Set(badInputs.map(({ procedure }) => procedure))).toEqual(new Set(procedures.keys()))
  expect(badInputs.length).toBeGreaterThanOrEqual(60)
})

/** Sends an input as a REST client does: in the path, the query and the body. */
function callRest(
  { rest }: World,
  route: RestRoute,
  { input, token }: { input: unknown; token: string },
): Promise<RestAnswer> {
  const fields = { ...fieldsSchema.parse(input) }
  let path: `/${string}` = route.path
  for (const { parameter, field } of route.pathFields) {
    path = `/${path.slice(1).replace(`{${parameter}}`, encodeURIComponent(String(fields[field])))}`
    delete fields[field]
  }
  if (route.method === 'POST') return rest.call('POST', path, { token, body: fields })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) query.append(name, String(value))
  return rest.call(route.method, `${path}?${query}`, { token })
}
