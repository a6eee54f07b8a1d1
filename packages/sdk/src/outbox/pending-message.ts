import type { ErrorCode } from '@deskbell/contract/errors'

/** A file of an own message that is not in the log yet. */
export type PendingFile = {
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  /** What its sender says of an image. */
  readonly alt?: string | undefined
  /** Null if the page was closed before its browser had stored the file. */
  readonly blob: Blob | null
  /** The bytes that the server has. */
  readonly sent: number
}

/** An own message that is not in the log yet. Only a failed one has a code. */
export type PendingMessage = {
  readonly clientMsgId: string
  readonly text: string
  /** When it was written, by the clock of this program: ISO 8601, UTC. */
  readonly createdAt: string
  /** Its files; undefined without any. While it is `queued` they are uploaded, and `discard` cancels it. */
  readonly files?: readonly PendingFile[] | undefined
  /** False if its files end with this program, because the browser does not store them. */
  readonly filesKept?: boolean | undefined
} & (
  | {
      /**
       * `queued`: waits for its turn or for the connection. `sending`: on its way to the log.
       * `unconfirmed`: not sent or not answered in time; it is still tried, with the same id.
       * `held`: it waited for more than a day, or another user may have written it; `release` or `discard` it.
       */
      readonly state: 'queued' | 'sending' | 'unconfirmed' | 'held'
      readonly code: null
    }
  | {
      /** Refused for good; `retry` or `discard` it. */
      readonly state: 'failed'
      readonly code: ErrorCode
    }
)

/** Where queued messages are stored. */
export type OutboxState = {
  /** True: they outlive this program. False: they are only in memory. */
  readonly kept: boolean
}
