import type { Actor } from '@deskbell/contract/actor'
import type { UserId } from '@deskbell/contract/ids'
import type { Database } from '@deskbell/db/database'
import type { Logger } from '../logger.ts'
import type { Watch } from '../streams/watched.ts'
import { type ClientPresence, PresenceState } from './presence-state.ts'
import { defaultPresenceTimings, type PresenceTimings } from './presence-timings.ts'
import { PresenceWriter } from './presence-writer.ts'

export type PresenceOptions = { db: Database; log: Logger; timings?: Partial<PresenceTimings> | undefined }

/**
 * Which users are online. Processes share only three tables, and use only the clock of the database:
 *
 *   sockets, streams ─▶ writer ─(after each change; every 15 s the lease of the process)─▶ tables
 *   tables ─(every 2 s, while they are watched)─▶ state ─▶ followers of chats and inboxes
 */
export class Presence {
  readonly #writer: PresenceWriter
  readonly #state: PresenceState

  constructor({ db, log, timings }: PresenceOptions) {
    const times = { ...defaultPresenceTimings, ...timings }
    this.#state = new PresenceState({ db, log, timings: times })
    this.#writer = new PresenceWriter({ db, log, timings: times, onWritten: (users) => this.#state.markStale(users) })
  }

  /** The number of users who are connected to this process. */
  get connectedUsers(): number {
    return this.#writer.connectedUsers
  }

  start(): void {
    this.#state.start()
    this.#writer.start()
  }

  async stop(): Promise<void> {
    await this.#state.stop()
    await this.#writer.stop()
  }

  /** The actor has one more socket or stream. Call the returned function when that has closed; it works only once. */
  enter(actor: Pick<Actor, 'userId' | 'role'>): () => void {
    return this.#writer.enter(actor)
  }

  /** Watches whether any operator is online. */
  watchOperators(wake: () => void): Watch<boolean> {
    return this.#state.watchOperators(wake)
  }

  watchClient(userId: UserId, wake: () => void): Watch<ClientPresence> {
    return this.#state.watchClient(userId, wake)
  }
}
