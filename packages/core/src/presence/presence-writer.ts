import type { Actor } from '@deskbell/contract/actor'
import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { Database } from '@deskbell/db/database'
import {
  endExpiredLeases,
  openLease,
  type PresenceUser,
  removeEmptyLeases,
  removeUsersOfEnded,
  renewLease,
  writeConnected,
  writeDisconnected,
} from '@deskbell/db/queries/users/presence'
import { Gathering } from '@deskbell/timing/gathering'
import type { Logger } from '../logger.ts'
import type { PresenceTimings } from './presence-timings.ts'

export type PresenceWriterOptions = {
  db: Database
  log: Logger
  timings: PresenceTimings
  /** Called when the changed presence of these users is stored. */
  onWritten: (users: readonly PresenceUser[]) => void
}

/** The users of one statement, which then stays well below the statement timeout. */
const batchMax = 5_000

/**
 * Writes to the database who is connected to this process. The users who connected or disconnected are written together
 * after `soonMs`. Every `refreshMs` the lease of the process is renewed, which is one row for all its users. If a write
 * fails, the next one repeats it. The users of a process that dies are away when its lease expires, and the processes
 * that find such a lease remove its rows. A process without users has no lease to renew and writes nothing.
 */
export class PresenceWriter {
  readonly #options: PresenceWriterOptions
  /** The connected users. `connections`: the number of their sockets and streams. */
  readonly #connected = new Map<UserId, { role: Role; connections: number }>()
  /**
   * Users whose change is not written yet. They are online if they are in `#connected`. While the database is away no
   * new user can sign in, so there are at most as many as were connected before.
   */
  readonly #changed = new Map<UserId, Role>()
  /** Null until the first user, and when another process has ended the lease. Then all users are written to a new one. */
  #leaseId: number | null = null
  /** The leases of other processes that were expired at the last refresh. */
  #expired: readonly number[] = []
  #refreshTimer: NodeJS.Timeout | undefined
  #isRefreshDue = false
  /** One write at a time, so that two changes of a user are written in their order. */
  readonly #writes: Gathering
  #stopped = true

  constructor(options: PresenceWriterOptions) {
    this.#options = options
    this.#writes = new Gathering({
      run: () => this.#run(),
      delayMs: options.timings.soonMs,
      onError: (error) =>
        options.log.debug({ err: error, users: this.#connected.size }, 'presence could not be written'),
    })
  }

  get connectedUsers(): number {
    return this.#connected.size
  }

  start(): void {
    this.#stopped = false
    this.#refreshTimer = setInterval(() => {
      this.#isRefreshDue = true
      this.#writes.request()
    }, this.#options.timings.refreshMs).unref()
  }

  /** Writes that all users have disconnected. Resolves also when that fails: then they are away when the lease expires. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearInterval(this.#refreshTimer)
    for (const [userId, { role }] of this.#connected) this.#changed.set(userId, role)
    this.#connected.clear()
    this.#writes.request()
    await this.#writes.stop()
  }

  enter({ userId, role }: Pick<Actor, 'userId' | 'role'>): () => void {
    const user = this.#connected.get(userId) ?? { role, connections: 0 }
    user.connections += 1
    this.#connected.set(userId, user)
    if (user.connections === 1) this.#change(userId, role)
    let left = false
    return () => {
      if (left) return
      left = true
      user.connections -= 1
      if (user.connections > 0 || this.#connected.get(userId) !== user) return
      this.#connected.delete(userId)
      this.#change(userId, role)
    }
  }

  #change(userId: UserId, role: Role): void {
    if (this.#stopped) return
    this.#changed.set(userId, role)
    this.#writes.request()
  }

  async #run(): Promise<void> {
    if (this.#isRefreshDue) await this.#refresh()
    else await this.#writeChanged()
    if (this.#stopped && this.#leaseId !== null) await removeEmptyLeases(this.#options.db.orm, [this.#leaseId])
  }

  async #refresh(): Promise<void> {
    this.#isRefreshDue = false
    if (this.#leaseId === null || this.#connected.size === 0) return await this.#writeChanged()
    const { orm } = this.#options.db
    const lease = { leaseId: this.#leaseId, expiryMs: this.#options.timings.expiryMs }
    const { isAlive, expired } = await renewLease(orm, lease)
    if (!isAlive) this.#leaseId = null
    // A live process renews its lease between two refreshes of this one. So when the database comes back after a long
    // time, all leases are expired, and none is ended.
    const dead = expired.filter((id) => this.#expired.includes(id))
    this.#expired = expired
    await this.#writeChanged()
    if (dead.length > 0) await this.#removeDead(dead)
  }

  /** Removes one batch. The next refresh finds what is left. Reads ignore the rows of expired leases. */
  async #removeDead(dead: readonly number[]): Promise<void> {
    const { orm } = this.#options.db
    const leaseIds = await endExpiredLeases(orm, dead)
    await removeUsersOfEnded(orm, { leaseIds, rowsMax: batchMax })
    await removeEmptyLeases(orm, leaseIds)
  }

  async #writeChanged(): Promise<void> {
    if (this.#leaseId === null && this.#connected.size > 0) await this.#openLease()
    const changed = [...this.#changed].map(([userId, role]) => ({ userId, role }))
    this.#changed.clear()
    if (changed.length === 0) return
    let isWritten = false
    try {
      isWritten = await this.#write(changed)
    } finally {
      if (!isWritten) for (const { userId, role } of changed) this.#changed.set(userId, role)
    }
    if (isWritten) return this.#options.onWritten(changed)
    this.#leaseId = null
    await this.#writeChanged()
  }

  /** The rows of an ended lease are removed, so under a new one all connected users are written. */
  async #openLease(): Promise<void> {
    this.#leaseId = await openLease(this.#options.db.orm, this.#options.timings.expiryMs)
    for (const [userId, { role }] of this.#connected) this.#changed.set(userId, role)
  }

  /** Returns false if another process has ended the lease. */
  async #write(changed: readonly PresenceUser[]): Promise<boolean> {
    const leaseId = this.#leaseId
    const { orm } = this.#options.db
    const { expiryMs, graceMs } = this.#options.timings
    const connected = changed.filter(({ userId }) => this.#connected.has(userId))
    const disconnected = changed.filter(({ userId }) => !this.#connected.has(userId))
    for (const users of batchesOf(connected)) {
      if (leaseId === null || !(await writeConnected(orm, { leaseId, expiryMs }, users))) return false
    }
    for (const users of batchesOf(disconnected)) await writeDisconnected(orm, { leaseId, graceMs }, users)
    return true
  }
}

function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += batchMax) yield items.slice(from, from + batchMax)
}
