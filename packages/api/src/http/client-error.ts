import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { AppError } from '@deskbell/contract/errors'
import { answerRaw } from './raw-answer.ts'

/** In a browser it is nearly always the cookies of other programs, which share `localhost` with us. */
const headersTooLarge =
  'The request headers are larger than 16 KB. In a browser, cookies of other programs on this host are the usual cause: delete the cookies of this site.'

/** What Node's parser refuses never becomes a request; it still gets a whole answer and an id. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
  if (!tooLarge) return void answerRaw(socket, new AppError('invalid_input'), { requestId: randomUUID() })
  const tooMuch = new AppError('too_large', { detail: headersTooLarge })
  answerRaw(socket, tooMuch, { requestId: randomUUID(), as: { status: 431, title: 'Request header fields too large' } })
}
