import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { userIdSchema } from '@deskbell/contract/ids'
import { unavailableMs } from '@deskbell/contract/limits'
import type { Core } from '@deskbell/core/context'
import { createCallQueues } from '@deskbell/core/fair-queue'
import type { OpenStream } from '@deskbell/core/streams/frame-sink'
import { callTRPCProcedure, getTRPCErrorShape, TRPCError } from '@trpc/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { toCallError } from './call-error.ts'
import type { RequestContext, StreamPort } from './context.ts'
import { frameStream } from './routers/frame-stream.ts'
import { publicProcedure, router, signedInProcedure } from './trpc.ts'

const hung = new Promise<never>(() => {})
const meta = { summary: 'A test.' }

const reads = vi.fn(() => 'read')

const app = router({
  reads: signedInProcedure.meta(meta).output(z.string()).query(reads),
  hangs: publicProcedure
    .meta(meta)
    .output(z.string())
    .query(() => hung),
  breaks: publicProcedure
    .meta(meta)
    .output(z.string())
    .query((): string => {
      throw Object.assign(new Error('Failed query: insert into messages … params: my secret text'), {
        params: ['my secret text'],
      })
    }),
  lies: publicProcedure
    .meta(meta)
    .output(z.object({ id: z.int() }))
    .query(() => ({ id: 0.5 })),
  away: publicProcedure
    .meta(meta)
    .output(z.string())
    .query((): string => {
      throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
    }),
})

function port(signedIn: boolean): StreamPort {
  const { signal } = new AbortController()
  return { signal, ready: async () => {}, isBusy: () => false, isSignedIn: () => signedIn }
}

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }

function context(): RequestContext {
  return {
    core: { log, queues: createCallQueues() } as unknown as Core,
    via: 'http',
    requestId: 'r-1',
    address: '127.0.0.1',
    audience: () => '',
    linkTo: () => '',
    site: { origin: 'http://localhost', rpId: 'localhost' },
    signal: new AbortController().signal,
    isGone: () => false,
    authenticate: async () => null,
    assertSignInHere() {},
    assertOwnOrigin() {},
    async limit() {},
    session: { token: null, isCookie: false, setCookie() {}, clearCookie() {} },
    reply: { status: null },
    openStream: () => port(true),
  }
}

/** Makes a call that fails, and returns its error as the adapters send it. */
async function failureOf(path: string, ctx = context()): Promise<{ message: string; data: unknown }> {
  const call = {
    router: app,
    path,
    type: 'query',
    ctx,
    getRawInput: async () => undefined,
    signal: undefined,
    batchIndex: 0,
  } as const
  const error: unknown = await callTRPCProcedure(call).catch((cause: unknown) => cause)
  if (!(error instanceof TRPCError)) throw new Error('expected a TRPCError')
  return getTRPCErrorShape({ config: app._def._config, error, type: 'query', path, input: undefined, ctx })
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.clearAllMocks()
})
afterEach(() => vi.useRealTimers())

describe('a procedure', () => {
  it('[HTTP-6] that hangs is unavailable within three seconds, with the time to retry', async () => {
    const failure = failureOf('hangs')
    await vi.advanceTimersByTimeAsync(unavailableMs)
    expect((await failure).data).toEqual({ code: 'unavailable', httpStatus: 503, retryAfterMs: 1000, requestId: 'r-1' })
  })

  it('[FAIR-3] whose caller has gone while it waited is not run', async () => {
    const actor = {
      userId: userIdSchema.parse(7),
      role: 'operator',
      name: 'Grace',
      access: 'admin',
      avatarUrl: null,
      scopes: null,
      sessionId: 1,
    } as Actor
    const failure = await failureOf('reads', { ...context(), authenticate: async () => actor, isGone: () => true })
    expect(failure.data).toMatchObject({ code: 'unavailable' })
    expect(reads).not.toHaveBeenCalled()
  })

  it('[HTTP-6] that cannot reach the database is unavailable, and logged as a warning', async () => {
    expect((await failureOf('away')).data).toMatchObject({ code: 'unavailable', httpStatus: 503 })
    expect(log.warn).toHaveBeenCalledTimes(1)
  })

  it('[SOCK-9] that throws is internal, with the request id and without internals', async () => {
    const failure = await failureOf('breaks')
    expect(failure.data).toEqual({ code: 'internal', httpStatus: 500, retryAfterMs: null, requestId: 'r-1' })
    expect(JSON.stringify(failure)).not.toMatch(/insert|secret|trpc\.test|at /)
  })

  it('[HTTP-4] that throws is logged with the request id, without the values of its statement', async () => {
    await failureOf('breaks')
    expect(log.error).toHaveBeenCalledTimes(1)
    const [fields] = log.error.mock.calls[0] ?? []
    expect(fields).toMatchObject({ requestId: 'r-1', path: 'breaks', code: 'internal' })
    expect(JSON.stringify(fields)).not.toContain('secret')
  })

  it('[REST-3] whose output does not fit its schema is internal', async () => {
    expect((await failureOf('lies')).data).toMatchObject({ code: 'internal' })
  })

  it('[REST-3] that does not exist is not_found', async () => {
    expect((await failureOf('nothing')).data).toMatchObject({ code: 'not_found', httpStatus: 404 })
  })
})

describe('a stream', () => {
  const actor: Actor = {
    userId: userIdSchema.parse(1),
    role: 'client',
    name: 'Ann',
    access: null,
    avatarUrl: null,
    scopes: null,
    sessionId: 1,
  }

  /** Writes one frame, and fails at the second. */
  const failing: OpenStream<number> = (sink) => {
    let said = 0
    const flush = () => {
      if (!sink.mayWrite()) return
      said += 1
      if (said === 1) sink.write({ id: 'e:1', frame: 1 })
      else sink.fail(new Error('select 1'))
    }
    return { flush, stop: () => {} }
  }

  async function streamOf(ctx: Partial<RequestContext>, signal = new AbortController().signal) {
    const source = await frameStream({ ctx: { ...context(), actor, ...ctx }, path: 'chats.events', signal }, failing)
    return source[Symbol.asyncIterator]()
  }

  it('[LIVE-3] [SOCK-9] tracks its frames, and its failure is internal without the cause', async () => {
    const stream = await streamOf({})
    expect((await stream.next()).value?.slice(0, 2)).toEqual(['e:1', 1])
    const error: unknown = await stream.next().catch((cause: unknown) => cause)
    expect(toCallError(error)).toMatchObject({ code: 'internal' })
    expect(String(error)).not.toContain('select')
    expect(log.error).toHaveBeenCalledTimes(1)
  })

  it('[AUTH-5] whose session has ended fails with unauthenticated before its next frame', async () => {
    const stream = await streamOf({ openStream: () => port(false) })
    const error: unknown = await stream.next().catch((cause: unknown) => cause)
    expect(toCallError(error)).toMatchObject({ code: 'unauthenticated' })
  })

  it('[LIVE-12] that is stopped ends without an error', async () => {
    const end = new AbortController()
    const stream = await streamOf({}, end.signal)
    end.abort()
    expect(await stream.next()).toMatchObject({ done: true })
    expect(log.error).not.toHaveBeenCalled()
  })
})

describe('toCallError', () => {
  it.each([
    ['PARSE_ERROR', 'invalid_input'],
    ['BAD_REQUEST', 'invalid_input'],
    ['NOT_FOUND', 'not_found'],
    ['METHOD_NOT_SUPPORTED', 'method_not_allowed'],
    ['PAYLOAD_TOO_LARGE', 'too_large'],
    ['UNSUPPORTED_MEDIA_TYPE', 'unsupported_media_type'],
    ['INTERNAL_SERVER_ERROR', 'internal'],
    ['CLIENT_CLOSED_REQUEST', 'internal'],
  ] as const)('[REST-3] converts %s of tRPC to %s', (code, expected) => {
    expect(toCallError(new TRPCError({ code, message: 'x' })).code).toBe(expected)
  })

  it('[REST-3] returns an AppError unchanged, also as the cause of an error of tRPC', () => {
    const own = new AppError('chat_closed')
    expect(toCallError(own)).toBe(own)
    expect(toCallError(new TRPCError({ code: 'CONFLICT', cause: own }))).toBe(own)
  })
})
