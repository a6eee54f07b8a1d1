import { guestIdleDays, guestPruneIdsMax, sessionPruneMs, sessionPruneRowsMax } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { pruneSignIns } from '@deskbell/db/queries/users/accounts'
import { deleteIdleGuests, lastUserId } from '@deskbell/db/queries/users/guests'
import { pruneSessions } from '@deskbell/db/queries/users/sessions'
import { inTransaction } from '@deskbell/db/transaction'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'

type Deps = {
  db: Database
  clock: Clock
  log: Logger
  /** Returns the chats of operators who are gone. */
  returnChats(): Promise<void>
}

/**
 * Removes expired sessions of users who do not sign in again, links, tries and sign-ins in progress, and anonymous
 * clients who never wrote anything: a few at a time, every hour. Then it lets the chats of operators who are gone return.
 */
export class SessionPruner {
  readonly #deps: Deps
  #timer: NodeJS.Timeout | undefined
  #pruning: Promise<void> | undefined
  #isStopped = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#pruning ??= this.#tryToPrune().finally(() => {
        this.#pruning = undefined
      })
    }, sessionPruneMs).unref()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#pruning
  }

  /** Removes all expired sessions. Returns their number. */
  async prune(): Promise<number> {
    const { db, clock } = this.#deps
    for (let all = 0; ; ) {
      const count = await pruneSessions(db.orm, { now: clock.now(), rowsMax: sessionPruneRowsMax })
      all += count
      if (count < sessionPruneRowsMax || this.#isStopped) return all
    }
  }

  /** Removes anonymous clients without a chat who were not seen for days. Returns their number. */
  async pruneGuests(): Promise<number> {
    const { db, clock } = this.#deps
    const since = new Date(clock.now().getTime() - guestIdleDays * 24 * 60 * 60 * 1_000)
    const lastId = await lastUserId(db.orm)
    let all = 0
    for (let afterId = 0; afterId < lastId && !this.#isStopped; afterId += guestPruneIdsMax) {
      const range = { afterId, lastId: afterId + guestPruneIdsMax, since }
      all += await inTransaction(db, (tx) => deleteIdleGuests(tx, range))
    }
    return all
  }

  async #tryToPrune(): Promise<void> {
    try {
      await this.prune()
      await pruneSignIns(this.#deps.db.orm, this.#deps.clock.now())
      await this.pruneGuests()
      await this.#deps.returnChats()
    } catch (error) {
      this.#deps.log.debug({ err: error }, 'the hourly job failed')
    }
  }
}
