import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import { socketBatchMax } from '@deskbell/contract/limits'
import type { Encoder } from '@trpc/server/adapters/ws'
import { z } from 'zod'
import type { CallId } from './call-counter.ts'
import type { LiveSocket } from './live-socket.ts'
import { sendError } from './socket-error.ts'

/**
 * JSON in and out, made for one socket, because it is the one place that sees every frame: calls are counted in
 * and out here, and the queue is looked at. tRPC's adapter itself has no such limits.
 *
 * What does not fit the protocol at all ends the socket; a call too many is refused and the others go on.
 */
export function socketEncoder(socket: LiveSocket): Encoder {
  let expectsParams = socket.signIn.state === 'waiting'
  return {
    decode(data) {
      try {
        const raw = parseText(data)
        if (!expectsParams) return admitted(socket, raw)
        // The first frame of a socket that signs in by `connectionParams` belongs to tRPC's adapter.
        expectsParams = false
        return paramsSchema.parse(raw)
      } catch (cause) {
        refuse(socket, cause)
        throw cause
      }
    },
    encode(message) {
      const answered = answeredCall(socket, message)
      if (answered !== null) socket.calls.settle(answered)
      socket.pressure.check()
      return JSON.stringify(message)
    },
  }
}

/** Our answer goes first: tRPC's own would name no request before the socket has signed in, and is dropped now. */
function refuse(socket: LiveSocket, cause: unknown): void {
  sendError(socket, null, cause instanceof AppError ? cause : new AppError('invalid_input', { cause }))
  socket.ws.close(closeCodes.protocol)
}

/** A batch this much over the bound is not worth an answer for each call. */
const hopelessBatch = socketBatchMax * 10

const paramsSchema = z.object({
  method: z.literal('connectionParams'),
  data: z.record(z.string(), z.string()).nullish(),
})
const idSchema = z.union([z.string().max(200), z.number()])
const messageSchema = z.union([
  z.object({ id: idSchema, method: z.literal('subscription.stop') }),
  z.object({
    id: idSchema,
    method: z.enum(['query', 'mutation', 'subscription']),
    params: z.object({ path: z.string(), lastEventId: z.string().optional() }),
  }),
])
type Message = z.infer<typeof messageSchema>

function parseText(data: string | ArrayBuffer | Uint8Array): unknown {
  if (typeof data !== 'string') throw new AppError('invalid_input', { detail: 'Frames are text.' })
  return JSON.parse(data)
}

/** What tRPC gets to see: the calls that are let in. */
function admitted(socket: LiveSocket, raw: unknown): unknown[] {
  const list: unknown[] = Array.isArray(raw) ? raw : [raw]
  if (list.length > hopelessBatch) throw new AppError('invalid_input', { detail: 'The batch is too large.' })
  const messages = list.map((item) => messageSchema.parse(item))
  if (messages.length > socketBatchMax) return refuseBatch(socket, messages)
  return list.filter((_, index) => {
    const message = messages[index]
    return message !== undefined && isAdmitted(socket, message)
  })
}

/** Every call gets its answer, so that nobody waits for one for ever. */
function refuseBatch(socket: LiveSocket, messages: Message[]): [] {
  const error = new AppError('invalid_input', { detail: `A batch has at most ${socketBatchMax} calls.` })
  for (const { id, method } of messages) if (method !== 'subscription.stop') sendError(socket, id, error)
  return []
}

function isAdmitted(socket: LiveSocket, message: Message): boolean {
  if (message.method === 'subscription.stop') return true
  const verdict = socket.calls.admit(message.id, message.method)
  if (verdict === 'ok') return true
  const error =
    verdict === 'repeated'
      ? new AppError('invalid_input', { detail: 'This id is in use.' })
      : new AppError('rate_limited', { detail: 'Too many calls at once on this socket.' })
  sendError(socket, message.id, error)
  return false
}

const answerSchema = z.object({
  id: idSchema,
  error: z.unknown().optional(),
  result: z.object({ type: z.string() }).optional(),
})

/** The call that this message settles; null for the frames of a running stream. */
function answeredCall(socket: LiveSocket, message: unknown): CallId | null {
  const answer = answerSchema.safeParse(message).data
  if (answer === undefined) return null
  const isOver = answer.error !== undefined || answer.result?.type === 'stopped'
  return isOver || !socket.calls.isStream(answer.id) ? answer.id : null
}
