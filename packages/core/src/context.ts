import type { Bus } from '@deskbell/bus/bus'
import type { ClosedChatPolicy } from '@deskbell/contract/chats'
import {
  callsRunningMax,
  callsWaitingMax,
  openingsRunningMax,
  unavailableMs,
  userCallsRunningMax,
  userCallsWaitingMax,
  userOpeningsRunningMax,
} from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { createQueries, type Queries } from '@deskbell/db/queries/queries'
import { type Clock, systemClock } from './clock.ts'
import { FairQueue } from './fair-queue.ts'
import type { Log } from './log.ts'
import { Presence } from './presence/presence.ts'
import type { PresenceTimings } from './presence/presence-timings.ts'
import { TypingMemory } from './presence/typing-memory.ts'
import { createHub, type Hub } from './subscriptions/hub.ts'
import { ChatWriter } from './writer/chat-writer.ts'
import { DeliveredWriter } from './writer/delivered-writer.ts'
import { ReadStatusWriter } from './writer/read-status-writer.ts'

export type { Log } from './log.ts'

/** `open`: an email and a name are enough to sign in. `secure`: they are not. */
export type AuthMode = 'open' | 'secure'

/** The first argument of every use case. The composition root creates it once. */
export type Core = {
  readonly db: Database
  /** Statements prepared once for this database. */
  readonly queries: Queries
  readonly bus: Bus
  readonly hub: Hub
  /** Makes every change of existing chats. */
  readonly writer: ChatWriter
  readonly readStatus: ReadStatusWriter
  readonly delivered: DeliveredWriter
  readonly typing: TypingMemory
  readonly presence: Presence
  /**
   * For calls of users that do not go through `writer`, which is fair itself. `opening`: a transaction that opens a chat.
   * `short`: calls with one or two statements.
   */
  readonly queues: { readonly short: FairQueue; readonly opening: FairQueue }
  readonly clock: Clock
  readonly log: Log
  readonly authMode: AuthMode
  /** What pages offer when a client writes in a closed chat. Only with `reopen` may clients reopen their chats. */
  readonly closedChat: ClosedChatPolicy
  /** Identifies the history of the database. A cursor or a hint of another epoch is foreign. */
  epoch(): string
  /** Reads the epoch, subscribes to the bus and starts the reconciliation. The owner of the bus starts and stops it. */
  start(): Promise<void>
  stop(): Promise<void>
}

export type CoreOptions = {
  db: Database
  bus: Bus
  log: Log
  authMode: AuthMode
  /** Default: `say`. */
  closedChat?: ClosedChatPolicy
  clock?: Clock
  /** The memory of all rings together, in bytes. Default: `ringsBytesMax` of the limits. */
  ringsBytesMax?: number | undefined
  /** Other timings, for tests. */
  presenceTimings?: Partial<PresenceTimings> | undefined
}

export function createCore(options: CoreOptions): Core {
  const { db, bus, log, authMode, closedChat = 'say', clock = systemClock } = options
  const hub = createHub({ db, bus, log, clock, ringsBytesMax: options.ringsBytesMax })
  const writer = new ChatWriter({ db, bus, epoch: () => hub.epoch() })
  const readStatus = new ReadStatusWriter({ db, log })
  const delivered = new DeliveredWriter({ db, bus, log, epoch: () => hub.epoch() })
  const queries = createQueries(db.orm)
  const typing = new TypingMemory({ bus, glance: (chatId) => queries.chats.glance(chatId) })
  const presence = new Presence({ db, log, timings: options.presenceTimings })
  return {
    db,
    queries,
    bus,
    hub,
    writer,
    readStatus,
    delivered,
    typing,
    presence,
    queues: createCallQueues(),
    clock,
    log,
    authMode,
    closedChat,
    epoch: () => hub.epoch(),
    async start() {
      await hub.start()
      typing.start()
      presence.start()
    },
    async stop() {
      await writer.stop()
      typing.stop()
      await presence.stop()
      await hub.stop()
      await delivered.stop()
      await readStatus.stop()
    },
  }
}

function createCallQueues(): Core['queues'] {
  const waiting = { userWaitingMax: userCallsWaitingMax, waitingMax: callsWaitingMax, waitMsMax: unavailableMs }
  return {
    short: new FairQueue({ userRunningMax: userCallsRunningMax, runningMax: callsRunningMax, ...waiting }),
    opening: new FairQueue({ userRunningMax: userOpeningsRunningMax, runningMax: openingsRunningMax, ...waiting }),
  }
}
