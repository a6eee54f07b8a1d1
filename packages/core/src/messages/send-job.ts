import type { Actor } from '@deskbell/contract/actor'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { Message } from '@deskbell/contract/messages'
import type { SendRequest } from './decide-sends.ts'

export type ItemAnswer =
  | { message: Message; duplicate: boolean }
  | { refused: Extract<ErrorCode, 'chat_closed' | 'client_msg_id_reused'> }

/** One call that waits for its outcome. */
export type SendJob = SendRequest & {
  readonly sender: Actor
  /** When it came, by the clock of `performance`. */
  readonly since: number
  resolve(answers: ItemAnswer[]): void
  reject(error: unknown): void
}
