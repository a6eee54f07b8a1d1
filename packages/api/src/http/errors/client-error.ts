import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { AppError } from '@deskbell/contract/errors'
import type { FixedHeaders } from '../security/security-headers.ts'
import { answerRaw } from './raw-answer.ts'

/** In a browser, cookies of other programs on `localhost` are the usual cause. */
const headersTooLarge =
  'The request headers are larger than 16 KB. In a browser, cookies of other programs on this host are the usual cause: delete the cookies of this site.'

/** Answers what Node's parser refuses. It never becomes a request, but still gets a problem document and an id. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket, headers: FixedHeaders): void {
  const answer = { requestId: randomUUID(), headers }
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const tooSlow = new AppError('invalid_input', { detail: 'The request did not arrive in time.' })
    answerRaw(socket, tooSlow, { ...answer, as: { status: 408, title: 'Request timeout' } })
    return
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
  if (!tooLarge) return void answerRaw(socket, new AppError('invalid_input'), answer)
  const tooMuch = new AppError('too_large', { detail: headersTooLarge })
  answerRaw(socket, tooMuch, { ...answer, as: { status: 431, title: 'Request header fields too large' } })
}
