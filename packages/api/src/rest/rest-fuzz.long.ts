import { problemSchema } from '@deskbell/contract/errors'
import type { Role } from '@deskbell/contract/users'
import type { Logger } from '@deskbell/core/logger'
import { newChat, newClient, newOperator, sendText, signIn } from '@deskbell/testkit/factories'
import {
  type FuzzAnswer,
  type FuzzRequest,
  hasReadablePath,
  operationsOf,
  requestsOf,
  sendFuzz,
} from '@deskbell/testkit/fuzz/rest-requests'
import { assertNothingInternal, runFuzz } from '@deskbell/testkit/fuzz/run-fuzz'
import { type AnswerCheck, createAnswerCheck } from '@deskbell/testkit/probes/answer-check'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { appRouter } from '../router.ts'
import { openApiDocument } from './openapi/openapi-document.ts'
import { collectRoutes } from './rest-routes.ts'

/*
 * Random requests for every operation of the document, by callers of every kind. How to repeat a failure, and to run for
 * longer: docs/guides/testing.md.
 */

const document = openApiDocument(collectRoutes(appRouter))
const operations = operationsOf(document)
const roles: readonly Role[] = ['client', 'client', 'operator']

let server: TestServer
let check: AnswerCheck
let ids: Record<string, number[]>
const failures: string[] = []
const log: Logger = {
  ...silentLogger,
  error: (fields, message) => void failures.push(`${message} ${JSON.stringify(fields)}`),
}
/** Nobody, and one of each role. A sign-out replaces its token. */
const tokens: (string | undefined)[] = [undefined]

beforeAll(async () => {
  server = await startTestServer({ log })
  check = createAnswerCheck(document)
  const { core } = server
  for (const role of roles) tokens.push((await signIn(core, role)).token)
  const [client, operator] = [await newClient(core), await newOperator(core)]
  const first = await signIn(core, 'client')
  tokens[1] = first.token
  const [own, foreign] = [await newChat(core, first.actor), await newChat(core, client)]
  const said = await Promise.all([
    sendText(core, first.actor, { chatId: own.id }),
    sendText(core, operator, { chatId: own.id }),
    sendText(core, client, { chatId: foreign.id }),
  ])
  const messageIds = said.map(({ message }) => message.id)
  ids = {
    id: [own.id, foreign.id],
    messageId: messageIds,
    beforeId: messageIds,
    afterId: messageIds,
    operatorId: [operator.userId, client.userId],
    sessionId: [first.actor.sessionId, client.sessionId],
  }
})

afterAll(() => server.close())

afterEach(() => {
  expect(failures).toEqual([])
})

async function send(request: FuzzRequest): Promise<FuzzAnswer> {
  const token = tokens[request.caller]
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await sendFuzz(server.url, { ...request, headers: { ...authorization, ...request.headers } })
  const isSignOut = answer.status === 204 && /^\/(users\/logout|auth\/sessions)/.test(request.path)
  if (isSignOut) tokens[request.caller] = (await signIn(server.core, roles[request.caller - 1] ?? 'client')).token
  return answer
}

it.each(operations)('[SEC-4] $method $path answers whatever is sent as the document says', async (operation) => {
  await runFuzz(requestsOf(operation, ids, tokens.length), { runs: 80 }, async (request) => {
    const { status, headers, text } = await send(request)
    const type = headers['content-type'] ?? null
    const isJson = type?.includes('json') === true && text !== ''
    const json: unknown = isJson ? JSON.parse(text) : null
    expect(status).toBeLessThan(500)
    if (hasReadablePath(request)) check.hold({ method: request.method, path: request.path, status, type, json })
    else expect(status).toBe(400)
    assertNothingInternal(isJson ? json : text)
    if (status < 400 || request.method === 'HEAD') return
    expect(type).toBe('application/problem+json; charset=utf-8')
    expect(problemSchema.parse(json)).toMatchObject({ status, requestId: headers['x-request-id'] })
  })
})

it('[SEC-4] the requests had answers of every kind', () => {
  const statuses = new Set([...check.seen].map((seen) => seen.split(' ').at(-1)))
  expect([...statuses].sort()).toEqual(expect.arrayContaining(['200', '400', '401', '404', '413', '415']))
})
