import {
  serverPingMs,
  serverPongMs,
  socketCloseMs,
  socketLongAnswerMsMax,
  socketQueueHardBytes,
  socketQueueSoftBytes,
  socketReadBytesPerSecondMin,
  socketSignInMs,
  socketSlowMs,
} from '@deskbell/contract/limits'
import type { PressureBounds } from './back-pressure.ts'

/** The times of a socket's life; tests shorten them. */
export type LiveTimings = {
  signInMs: number
  pingMs: number
  pongMs: number
  pressure: PressureBounds
  /** How long a closed socket may take to answer the close, before it is cut off. */
  closeMs: number
  /** How often the sessions of open sockets are compared with the database. */
  sessionLookMs: number
  /** The window over which a stopping server asks its sockets to move. */
  drainMs: number
  /** How long a moved socket may take to finish before it is closed. */
  drainGraceMs: number
}

export const defaultTimings: LiveTimings = {
  signInMs: socketSignInMs,
  pingMs: serverPingMs,
  pongMs: serverPongMs,
  pressure: {
    softBytes: socketQueueSoftBytes,
    hardBytes: socketQueueHardBytes,
    slowMs: socketSlowMs,
    bytesPerSecondMin: socketReadBytesPerSecondMin,
    extraMsMax: socketLongAnswerMsMax,
  },
  closeMs: socketCloseMs,
  sessionLookMs: 1_000,
  drainMs: 1_000,
  drainGraceMs: 500,
}
