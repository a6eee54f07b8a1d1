import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { AppError } from '@deskbell/contract/errors'
import { answerRaw } from './raw-answer.ts'

/** What Node's parser refuses never becomes a request; it still gets a whole answer and an id. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
  answerRaw(socket, new AppError(tooLarge ? 'too_large' : 'invalid_input'), randomUUID())
}
