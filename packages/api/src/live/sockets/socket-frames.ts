import { AppError } from '@deskbell/contract/errors'
import { socketBatchMax } from '@deskbell/contract/limits'
import { z } from 'zod'
import type { CallId, CallMethod } from './call-counter.ts'

/** A call as a tRPC client sends it. */
export type CallMessage = { id: CallId; method: CallMethod; path: string; input: unknown }
export type Message = CallMessage | { id: CallId; method: 'subscription.stop' }

/** A larger batch breaks the protocol. It gets one error, and no response for each call. */
const batchCallsMax = socketBatchMax * 10
const idCharsMax = 200
const methods: ReadonlySet<unknown> = new Set(['query', 'mutation', 'subscription'] satisfies CallMethod[])

/** Parses the calls of one frame. Throws `invalid_input` when the frame breaks the protocol. */
export function parseFrame(text: string): Message[] {
  const raw = parseJson(text)
  const list: unknown[] = Array.isArray(raw) ? raw : [raw]
  if (list.length > batchCallsMax) throw new AppError('invalid_input', { detail: 'The batch is too large.' })
  return list.map(parseMessage)
}

const paramsSchema = z.object({
  method: z.literal('connectionParams'),
  data: z.record(z.string(), z.string()).nullish(),
})

/** Parses the first frame of a socket that signs in with it. Throws `invalid_input`. */
export function parseParams(text: string): { token: string | undefined } {
  const params = paramsSchema.safeParse(parseJson(text))
  if (!params.success) throw new AppError('invalid_input', { cause: params.error })
  return { token: params.data.data?.['token'] }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_input', { cause })
  }
}

/** Checks by hand instead of with a schema, because this runs for every call of every socket. */
function parseMessage(raw: unknown): Message {
  if (!isObject(raw) || !isCallId(raw['id'])) throw new AppError('invalid_input')
  const { id, method, params } = raw
  if (method === 'subscription.stop') return { id, method }
  if (!isCallMethod(method) || !isObject(params)) throw new AppError('invalid_input')
  const { path, input, lastEventId } = params
  if (typeof path !== 'string') throw new AppError('invalid_input')
  if (lastEventId === undefined) return { id, method, path, input }
  if (typeof lastEventId !== 'string') throw new AppError('invalid_input')
  return { id, method, path, input: withLastEventId(input, lastEventId) }
}

/** Adds the id where tRPC's server would add it. */
function withLastEventId(input: unknown, lastEventId: string): unknown {
  if (isObject(input)) return { ...input, lastEventId }
  return input ?? { lastEventId }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCallId(value: unknown): value is CallId {
  // `1e400` is parsed as infinite, and would be answered as null.
  return typeof value === 'string' ? value.length <= idCharsMax : Number.isFinite(value)
}

function isCallMethod(value: unknown): value is CallMethod {
  return methods.has(value)
}
