import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { AppError } from '@deskbell/contract/errors'
import type { FastifyReply } from 'fastify'
import { toCallError } from '../../call-error.ts'
import { problemResponse, type RestResponse } from '../../rest/rest-response.ts'
import { closedPolicy, type FixedHeaders } from '../security/security-headers.ts'

export function sendResponse(reply: FastifyReply, { status, headers, body }: RestResponse): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .send(body ?? undefined)
}

/** Sends an error as a problem document. An error of Fastify gets a public code, and its message is not sent. */
export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  reply.header('cache-control', 'no-store')
  return sendResponse(reply, problemResponse(toShellError(error), reply.request.id))
}

/** Refuses an unknown `Expect` header with a problem document. Node's own refusal has no body. */
export function answerExpectation(response: ServerResponse, fixed: FixedHeaders): void {
  const requestId = randomUUID()
  const error = new AppError('invalid_input', { detail: 'Only the expectation 100-continue is known.' })
  const { status, headers, body } = problemResponse(error, requestId, { status: 417, title: 'Expectation failed' })
  const more = { ...fixed, 'content-security-policy': closedPolicy, 'cache-control': 'no-store' }
  const length = String(Buffer.byteLength(body ?? ''))
  response.writeHead(status, {
    ...more,
    'content-length': length,
    ...headers,
    'x-request-id': requestId,
    connection: 'close',
  })
  response.end(body)
}

/** Converts an error of Fastify by its status, and every other error like that of a failed call. */
export function toShellError(error: unknown): AppError {
  if (!(error instanceof Error) || !('statusCode' in error)) return toCallError(error)
  switch (error.statusCode) {
    case 413:
      return new AppError('too_large')
    case 415:
      return new AppError('unsupported_media_type')
    case 503:
      return new AppError('unavailable')
    case 404:
      return new AppError('not_found')
    case 400:
    case 414:
      return new AppError('invalid_input')
  }
  return toCallError(error)
}
