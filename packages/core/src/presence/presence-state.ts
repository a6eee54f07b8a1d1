import type { UserId } from '@deskbell/contract/ids'
import type { Database } from '@deskbell/db/database'
import { type PresenceUser, readOperatorsOnline, readPresence } from '@deskbell/db/queries/users/presence'
import type { Logger } from '../logger.ts'
import { type Watch, Watched } from '../streams/watched.ts'
import type { PresenceTimings } from './presence-timings.ts'

/** `clientSeenAt`: when the client was last online, in ISO 8601; null while it is online, and if it never was. */
export type ClientPresence = { clientOnline: boolean; clientSeenAt: string | null }

export type PresenceStateOptions = { db: Database; log: Logger; timings: PresenceTimings }

const never: ClientPresence = { clientOnline: false, clientSeenAt: null }

/**
 * The presence that this process needs: whether any operator is online, and which of the watched clients are. It polls
 * every `pollMs` with at most two queries, and `soonMs` after a new watch or a change in this process. Without watches
 * it reads nothing. If a read fails, the values stay as they were.
 */
export class PresenceState {
  readonly #options: PresenceStateOptions
  readonly #operators = new Watched<boolean>()
  readonly #clients = new Map<UserId, Watched<ClientPresence>>()
  #pollTimer: NodeJS.Timeout | undefined
  #soonTimer: NodeJS.Timeout | undefined
  #polling: Promise<void> = Promise.resolve()
  #stopped = true

  constructor(options: PresenceStateOptions) {
    this.#options = options
  }

  start(): void {
    this.#stopped = false
    this.#pollTimer = setInterval(() => {
      this.#operators.isStale = true
      for (const client of this.#clients.values()) client.isStale = true
      this.#pollSoon()
    }, this.#options.timings.pollMs).unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#pollTimer)
    clearTimeout(this.#soonTimer)
    await this.#polling
  }

  watchOperators(wake: () => void): Watch<boolean> {
    const watch = this.#operators.watch(wake)
    if (this.#operators.isStale) this.#pollSoon()
    return watch
  }

  watchClient(userId: UserId, wake: () => void): Watch<ClientPresence> {
    const client = this.#clients.get(userId) ?? new Watched<ClientPresence>()
    this.#clients.set(userId, client)
    const watch = client.watch(wake)
    if (client.isStale) this.#pollSoon()
    return {
      current: watch.current,
      leave: () => {
        watch.leave()
        if (!client.isWatched && this.#clients.get(userId) === client) this.#clients.delete(userId)
      },
    }
  }

  /** The presence of these users has changed: it is read again soon if it is watched. */
  markStale(users: readonly PresenceUser[]): void {
    for (const { userId, role } of users) {
      const known = role === 'operator' ? this.#operators : this.#clients.get(userId)
      if (known !== undefined) known.isStale = true
    }
    this.#pollSoon()
  }

  #pollSoon(): void {
    if (this.#stopped || this.#soonTimer !== undefined || !this.#hasStaleWatch()) return
    this.#soonTimer = setTimeout(() => {
      this.#soonTimer = undefined
      this.#polling = this.#polling.then(() => this.#poll())
    }, this.#options.timings.soonMs).unref()
  }

  #hasStaleWatch(): boolean {
    return (
      (this.#operators.isWatched && this.#operators.isStale) ||
      [...this.#clients.values()].some(({ isStale }) => isStale)
    )
  }

  /** Each read stands alone, so that one that fails does not prevent the other. */
  async #poll(): Promise<void> {
    for (const read of [() => this.#pollOperators(), () => this.#pollClients()]) {
      await read().catch((error: unknown) => {
        this.#options.log.debug({ err: error }, 'presence could not be read')
      })
    }
  }

  async #pollOperators(): Promise<void> {
    if (!this.#operators.isWatched || !this.#operators.isStale) return
    this.#operators.isStale = false
    this.#operators.set(await readOperatorsOnline(this.#options.db.orm))
  }

  async #pollClients(): Promise<void> {
    const stale = new Map([...this.#clients].filter(([, client]) => client.isStale))
    if (stale.size === 0) return
    for (const client of stale.values()) client.isStale = false
    const found = new Map<UserId, ClientPresence>()
    for (const { userId, online, seenAt } of await readPresence(this.#options.db.orm, [...stale.keys()])) {
      found.set(userId, { clientOnline: online, clientSeenAt: online ? null : seenAt.toISOString() })
    }
    for (const [userId, client] of stale) client.set(found.get(userId) ?? never)
  }
}
