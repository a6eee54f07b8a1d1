import type { Actor } from '@deskbell/contract/actor'
import { chatInputSchema } from '@deskbell/contract/chats'
import { AppError, type ErrorCode, problemSchema } from '@deskbell/contract/errors'
import type { Core } from '@deskbell/core/context'
import { createCallQueues } from '@deskbell/core/fair-queue'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { RequestContext } from '../context.ts'
import { operatorProcedure, router, signedInProcedure } from '../trpc.ts'
import { createRestHandler, type RestRequest } from './handle-rest.ts'
import type { RestResponse } from './rest-response.ts'

const close = operatorProcedure
  .meta({
    summary: 'Close.',
    rate: 'send',
    rest: { method: 'POST', path: '/chats/{id}/close', success: { 200: 'Closed.' } },
    errors: ['not_found', 'chat_closed'],
  })
  .input(chatInputSchema.extend({ reason: z.string().max(5).optional() }))
  .output(z.object({ closed: z.boolean() }))
  .mutation(({ input }) => {
    if (input.chatId === 404) throw new AppError('not_found')
    if (input.chatId === 409) throw new AppError('chat_closed')
    if (input.chatId === 500) throw new Error('select * from secrets')
    return { closed: true }
  })

const list = signedInProcedure
  .meta({ summary: 'List.', rest: { method: 'GET', path: '/chats', success: { 200: 'Some.' } } })
  .input(z.strictObject({ limit: z.int().max(9).default(5), all: z.boolean().optional() }))
  .output(z.object({ limit: z.number(), all: z.boolean().nullable() }))
  .query(({ input }) => ({ limit: input.limit, all: input.all ?? null }))

const rest = createRestHandler({ router: router({ chats: { close, list } }) })

type World = { actor: Actor | null; limited: boolean; bytes: number }
type Report = { level: string; fields: object }

const operator = { userId: 3, role: 'operator', name: 'Grace', access: 'admin', scopes: null, sessionId: 1 } as Actor
const client = { ...operator, role: 'client' } as Actor

function contextOf({ actor, limited }: World, reports: Report[]): RequestContext {
  const log = (level: string) => (fields: object) => void reports.push({ level, fields })
  return {
    core: {
      log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      queues: createCallQueues(),
    } as unknown as Core,
    via: 'rest',
    requestId: 'r-1',
    address: '127.0.0.1',
    audience: () => '',
    linkTo: () => '',
    site: { origin: 'http://localhost', rpId: 'localhost' },
    signal: new AbortController().signal,
    isGone: () => false,
    authenticate: async () => actor,
    assertSignInHere() {},
    assertOwnOrigin() {},
    async limit() {
      if (limited) throw new AppError('rate_limited', { retryAfterMs: 2_400 })
    },
    session: { token: null, isCookie: false, setCookie() {}, clearCookie() {} },
    reply: { status: null },
    openStream: () => null,
  }
}

type Ask = { method?: string; path?: string; type?: string | null; body?: string; world?: Partial<World> }

async function ask({ method = 'POST', path = '/chats/1/close', type = 'application/json', body = '{}', world }: Ask) {
  const reports: Report[] = []
  const [pathname = '', query = ''] = path.split('?')
  const bytes = Buffer.alloc(world?.bytes ?? body.length, body)
  const length = method === 'GET' ? {} : { 'content-length': String(bytes.length) }
  const request: RestRequest = {
    method,
    path: pathname,
    query,
    headers: { ...length, ...(type !== null && { 'content-type': type }) },
    readBody: async (bytesMax) => (bytes.length > bytesMax ? null : bytes),
    context: contextOf({ actor: operator, limited: false, bytes: 0, ...world }, reports),
  }
  return { response: await rest.handle(request), reports }
}

function codeOf({ body }: RestResponse): ErrorCode {
  return problemSchema.parse(JSON.parse(body ?? '')).code
}

describe('the order of checks', () => {
  // The first request has every fault. Each row repairs the fault for which the row above was refused.
  const wrong = { world: { actor: null, limited: true, bytes: 300_000 }, type: 'text/plain', body: '{"x":1}' }
  const steps: [ErrorCode, Ask][] = [
    ['not_found', { ...wrong, path: '/nowhere', method: 'PUT' }],
    ['method_not_allowed', { ...wrong, path: '/chats/404/close', method: 'PUT' }],
    ['rate_limited', { ...wrong, path: '/chats/404/close' }],
    ['unsupported_media_type', { ...wrong, path: '/chats/404/close', world: { ...wrong.world, limited: false } }],
    ['too_large', { path: '/chats/404/close', body: '{"x":1}', world: { actor: null, bytes: 300_000 } }],
    ['unauthenticated', { path: '/chats/404/close', body: '{"x":1}', world: { actor: null } }],
    ['forbidden', { path: '/chats/404/close', body: '{"x":1}', world: { actor: client } }],
    ['invalid_input', { path: '/chats/404/close', body: '{"x":1}' }],
    ['not_found', { path: '/chats/404/close' }],
    ['chat_closed', { path: '/chats/409/close' }],
  ]

  it.each(steps)('[REST-4] has %s at its place', async (code, step) => {
    const { response } = await ask(step)
    expect(codeOf(response)).toBe(code)
  })

  it('[REST-4] has unauthenticated before invalid JSON, path parameters and query', async () => {
    const world = { actor: null }
    expect(codeOf((await ask({ body: '{', world })).response)).toBe('unauthenticated')
    expect(codeOf((await ask({ path: '/chats/x/close', world })).response)).toBe('unauthenticated')
    expect(codeOf((await ask({ method: 'GET', path: '/chats?x=1', world })).response)).toBe('unauthenticated')
  })
})

describe('a response', () => {
  it('[REST-6] with 405 has the allowed methods', async () => {
    expect((await ask({ method: 'GET' })).response).toMatchObject({ status: 405, headers: { allow: 'POST' } })
    const listed = (await ask({ method: 'DELETE', path: '/chats' })).response
    expect(listed).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
  })

  it('[REST-6] to HEAD has the headers of GET and no body', async () => {
    const get = (await ask({ method: 'GET', path: '/chats' })).response
    const head = (await ask({ method: 'HEAD', path: '/chats' })).response
    expect(head).toEqual({ ...get, body: null })
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0)
  })

  it('[REST-3] to a rate_limited call has Retry-After in seconds', async () => {
    const { response } = await ask({ world: { limited: true } })
    expect(response).toMatchObject({ status: 429, headers: { 'retry-after': '3' } })
  })

  it('[REST-3] to a refused call is a problem document with a request id, not stored by caches', async () => {
    const { response } = await ask({ path: '/chats/409/close' })
    expect(response.headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': 'r-1',
    })
    expect(JSON.parse(response.body ?? '')).toEqual({
      type: '/api/docs#chat_closed',
      title: 'Chat closed',
      status: 409,
      code: 'chat_closed',
      detail: 'The chat is closed.',
      requestId: 'r-1',
    })
  })

  it('[REST-3] to an unexpected error has no internals, and the log has it once', async () => {
    const { response, reports } = await ask({ path: '/chats/500/close' })
    expect(response.status).toBe(500)
    expect(response.body).not.toContain('secrets')
    expect(reports).toEqual([
      { level: 'error', fields: expect.objectContaining({ requestId: 'r-1', path: 'chats.close', code: 'internal' }) },
    ])
  })

  it('[REST-3] with an expected error is not logged', async () => {
    expect((await ask({ path: '/chats/404/close' })).reports).toEqual([])
    expect((await ask({ world: { actor: null } })).reports).toEqual([])
  })
})

describe('input', () => {
  it('[REST-11] from the query is converted by its schema, and the schema stays strict', async () => {
    const { response } = await ask({ method: 'GET', path: '/chats?limit=3&all=false' })
    expect(JSON.parse(response.body ?? '')).toEqual({ limit: 3, all: false })
    expect(z.int().safeParse('3').success).toBe(false)
  })

  it.each([
    [{ path: '/chats/01/close' }, 'id'],
    [{ path: '/chats/1e3/close' }, 'id'],
    [{ path: '/chats/%201/close' }, 'id'],
    [{ path: '/chats/-1/close' }, 'id'],
    [{ path: '/chats/0/close' }, 'id'],
    [{ path: '/chats/9007199254740992/close' }, 'id'],
    [{ path: '/chats/a%2Fb/close' }, 'id'],
    [{ path: '/chats/%zz/close' }, 'id'],
    [{ path: '/chats/1/close?limit=1' }, 'limit'],
    [{ path: '/chats/1/close?chatId=2' }, 'chatId'],
    [{ body: '{"chatId":2}' }, 'chatId'],
    [{ body: '{"id":2}' }, 'id'],
    [{ body: '{"reason":"too long"}' }, 'reason'],
    [{ body: '{"__proto__":{}}' }, '__proto__'],
    [{ method: 'GET', path: '/chats?limit=1&limit=2' }, 'limit'],
    [{ method: 'GET', path: '/chats?all=yes' }, 'all'],
    [{ method: 'GET', path: '/chats?other=1' }, 'other'],
  ])('[REST-5] %j is invalid_input with an issue at %s', async (asked, path) => {
    const { response } = await ask(asked)
    const problem = problemSchema.parse(JSON.parse(response.body ?? ''))
    expect(problem.code).toBe('invalid_input')
    expect(problem.errors?.map((issue) => issue.path)).toContain(path)
  })

  it('[REST-7] of a POST may be empty and without a media type', async () => {
    expect((await ask({ body: '', type: null })).response.status).toBe(200)
  })

  it('[REST-12] with hundreds of faults is refused with twenty issues', async () => {
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, nth) => [`k${nth}`, 1])))
    const { response } = await ask({ body })
    expect(problemSchema.parse(JSON.parse(response.body ?? '')).errors).toHaveLength(20)
  })

  it.each(['GET', 'POST'])(
    '[REST-12] %s with 1,500 unknown query parameters is refused with twenty issues',
    async (method) => {
      const query = Array.from({ length: 1_500 }, (_, nth) => `q${nth}=${nth}`).join('&')
      const { response } = await ask({ method, path: `${method === 'GET' ? '/chats' : '/chats/1/close'}?${query}` })
      expect(problemSchema.parse(JSON.parse(response.body ?? '')).errors).toHaveLength(20)
    },
  )
})
