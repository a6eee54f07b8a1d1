import {
  loopBehindMs,
  serverPingMs,
  serverPongMs,
  socketCloseMs,
  socketLongAnswerMsMax,
  socketQueueHardBytes,
  socketQueueHardWrites,
  socketQueueSoftBytes,
  socketQueueSoftWrites,
  socketReadBytesPerSecondMin,
  socketSignInMs,
  socketSlowMs,
  unavailableMs,
  upgradesAtOnceMax,
  upgradesWaitingMax,
  upgradeWaitMs,
} from '@deskbell/contract/limits'
import type { PressureBounds } from './back-pressure.ts'
import type { DrainTimes } from './drain.ts'
import type { UpgradeQueueOptions } from './upgrade/upgrade-queue.ts'

/** Times of sockets and streams, in milliseconds. Tests shorten them. */
export type LiveTimings = {
  signInMs: number
  pingMs: number
  pongMs: number
  pressure: PressureBounds
  /** Time for the peer to answer a close, or to read the last frame of a stream, before it is cut off. */
  closeMs: number
  /** Interval at which the sessions of open sockets and streams are compared with the database. */
  sessionPollMs: number
  /** Above this delay of the event loop new sockets are refused. */
  behindMs: number
  admission: UpgradeQueueOptions
} & DrainTimes

export const defaultTimings: LiveTimings = {
  signInMs: socketSignInMs,
  pingMs: serverPingMs,
  pongMs: serverPongMs,
  pressure: {
    softBytes: socketQueueSoftBytes,
    hardBytes: socketQueueHardBytes,
    softWrites: socketQueueSoftWrites,
    hardWrites: socketQueueHardWrites,
    slowMs: socketSlowMs,
    bytesPerSecondMin: socketReadBytesPerSecondMin,
    extraMsMax: socketLongAnswerMsMax,
  },
  closeMs: socketCloseMs,
  sessionPollMs: 1_000,
  behindMs: loopBehindMs,
  admission: {
    workMax: upgradesAtOnceMax,
    turnMax: upgradesAtOnceMax,
    waitingMax: upgradesWaitingMax,
    waitMs: upgradeWaitMs,
  },
  drainMs: 1_000,
  drainGraceMs: 500,
  drainCallsMs: unavailableMs,
}

/** Precision of keep-alive in milliseconds: a tenth of its shorter time, from 5 ms to 1 s. */
export function keepAliveTickMs({ pingMs, pongMs }: Pick<LiveTimings, 'pingMs' | 'pongMs'>): number {
  return Math.max(5, Math.min(1_000, pingMs / 10, pongMs / 10))
}
