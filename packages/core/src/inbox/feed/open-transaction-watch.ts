import { longTransactionMs } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { type OpenTransaction, readOldestOpenTransaction } from '@deskbell/db/queries/log/open-transactions'
import type { Logger } from '../../logger.ts'

export type OpenTransactionWatchOptions = {
  db: Database
  log: Logger
  read?: () => Promise<OpenTransaction | undefined>
}

type Seen = { transaction: OpenTransaction; seenAt: number; isLogged: boolean }

const pollMs = longTransactionMs / 2

/**
 * Inboxes resume from below the oldest open transaction of the database server. So while one stays open, everything
 * since its start is sent again to those that resume, or `reset`. This logs such a transaction once, and once more when
 * it has ended. It polls only while an inbox is followed.
 */
export class OpenTransactionWatch {
  readonly #log: Logger
  readonly #read: () => Promise<OpenTransaction | undefined>
  #timer: NodeJS.Timeout | undefined
  #seen: Seen | null = null

  constructor({ db, log, read = () => readOldestOpenTransaction(db.orm) }: OpenTransactionWatchOptions) {
    this.#log = log
    this.#read = read
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.poll(performance.now()).catch((error: unknown) =>
        this.#log.debug({ err: error }, 'open transactions not read'),
      )
    }, pollMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#seen = null
  }

  async poll(now: number): Promise<void> {
    const transaction = await this.#read()
    if (this.#seen !== null && transaction?.xid !== this.#seen.transaction.xid) this.#over(this.#seen, now)
    if (transaction === undefined) return
    this.#seen ??= { transaction, seenAt: now, isLogged: false }
    const ageMs = this.#ageMs(this.#seen, { transaction, now })
    if (this.#seen.isLogged || ageMs <= longTransactionMs) return
    this.#seen.isLogged = true
    this.#log.warn(fields(transaction, ageMs), 'an open transaction holds back the position of the inboxes')
  }

  #over(seen: Seen, now: number): void {
    this.#seen = null
    if (!seen.isLogged) return
    const ageMs = (seen.transaction.ageMs ?? 0) + (now - seen.seenAt)
    this.#log.info(fields(seen.transaction, ageMs), 'the transaction that held back the inboxes is over')
  }

  /** If this role may not see when the transaction started, its age counts from when it was first seen. */
  #ageMs({ seenAt }: Seen, { transaction, now }: { transaction: OpenTransaction; now: number }): number {
    return transaction.ageMs ?? now - seenAt
  }
}

function fields({ pid, applicationName }: OpenTransaction, ageMs: number): object {
  return { pid, applicationName, ageMs: Math.round(ageMs) }
}
