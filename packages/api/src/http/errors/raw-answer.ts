import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AppError } from '@deskbell/contract/errors'
import { type ProblemStatus, problemResponse } from '../../rest/rest-response.ts'
import { closedPolicy, type FixedHeaders } from '../security/security-headers.ts'

export type RawAnswer = { requestId: string; headers: FixedHeaders; as?: ProblemStatus }

/**
 * Writes a whole HTTP response to the connection and closes it, for what never became a request. Returns the status.
 */
export function answerRaw(socket: Duplex, error: AppError, { requestId, headers, as }: RawAnswer): number {
  const { status, headers: own, body } = problemResponse(error, requestId, as)
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Cache-Control: no-store',
    `X-Request-Id: ${requestId}`,
    `Content-Length: ${Buffer.byteLength(body ?? '')}`,
    ...Object.entries({ ...headers, 'content-security-policy': closedPolicy, ...own })
      .filter(([name]) => name !== 'connection')
      .map(([name, value]) => `${name}: ${value}`),
  ]
  // Node has removed its own listener. Without one, the error of a peer that is gone would end the process.
  socket.on('error', () => socket.destroy())
  socket.once('finish', () => socket.destroy())
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`)
  return status
}
