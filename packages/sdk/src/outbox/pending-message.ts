import type { ErrorCode } from '@deskbell/contract/errors'

/** An own message that is not in the log yet. */
export type PendingMessage = {
  readonly clientMsgId: string
  readonly text: string
  /**
   * `queued`: waits for its turn or for the line. `sending`: on its way.
   * `unconfirmed`: no answer came in time, it is sent again with the same id.
   * `held`: it waited for more than a day; `release` or `discard` it.
   * `failed`: refused for good with `code`; `retry` or `discard` it.
   */
  readonly state: 'queued' | 'sending' | 'unconfirmed' | 'held' | 'failed'
  readonly code: ErrorCode | null
  /** When it was written, by the clock of this program: ISO 8601, UTC. */
  readonly createdAt: string
}
