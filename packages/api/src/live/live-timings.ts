import {
  loopBehindMs,
  serverPingMs,
  serverPongMs,
  socketCloseMs,
  socketLongAnswerMsMax,
  socketQueueHardBytes,
  socketQueueSoftBytes,
  socketReadBytesPerSecondMin,
  socketSignInMs,
  socketSlowMs,
  unavailableMs,
} from '@deskbell/contract/limits'
import type { PressureBounds } from './back-pressure.ts'
import type { DrainTimes } from './drain.ts'

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
  /** Beyond this delay of the event loop no socket is let in. */
  behindMs: number
} & DrainTimes

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
  behindMs: loopBehindMs,
  drainMs: 1_000,
  drainGraceMs: 500,
  drainCallsMs: unavailableMs,
}

/** How exactly keep-alive is kept: a tenth of its times, and never more often than worth while. */
export function keepAliveTickMs({ pingMs, pongMs }: Pick<LiveTimings, 'pingMs' | 'pongMs'>): number {
  return Math.max(5, Math.min(1_000, pingMs / 10, pongMs / 10))
}
