import { setTimeout as delay } from 'node:timers/promises'
import { fillPlaceholders } from 'drizzle-orm'
import type pg from 'pg'
import { clientOf, type Database, type Orm, ormOn } from './database.ts'
import { isConnectionLost, isLockTimeout, isUnavailable, sqlState } from './database-error.ts'

export type Tx = Parameters<Parameters<Orm['transaction']>[0]>[0]

/** A statement runs on either: on its own, or as part of a transaction. */
export type Executor = Orm | Tx

type Settings = NonNullable<Parameters<Orm['transaction']>[1]>

const attemptsMax = 4
const retryDelayMaxMs = 40

/**
 * Runs `work` in a READ COMMITTED transaction on a connection of `writers`, and commits it.
 * After a deadlock or a serialization failure `work` runs again, four times at most in all, so it must have no effect
 * outside the database. Every other error rolls back and is thrown unchanged.
 */
export function inTransaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return tryAgain(() => runOnce(db.writers, work, readCommitted))
}

/** The result of the last statement of a transaction, which has been sent but not answered yet. */
export type Last<T> = { last: Promise<T> }

/**
 * Does the same on a pipelined connection, where a statement may be sent before earlier ones are answered. `work`
 * returns when its last statement is sent, and the commit is sent right after it. If a statement failed, the commit
 * rolls back without an error, so the result of `last` decides whether the transaction was committed.
 */
export function inPipeline<T>(db: Database, work: (tx: Tx) => Promise<Last<T>>): Promise<T> {
  return tryAgain(async () => {
    const { last } = await runOnce(db.pipelined, (tx) => work(tx).then(withHandledRejection), readCommitted)
    return await last
  })
}

/** A connection that breaks at the commit rejects both promises. The rejection of `last` must not end the process. */
function withHandledRejection<T>(sent: Last<T>): Last<T> {
  sent.last.catch(() => undefined)
  return sent
}

/** A named statement and its values, as `pg` takes it. */
export type Statement = { readonly name: string; readonly text: string; readonly values: unknown[] }

/** Returns a function that fills in the placeholders of a statement that was built once. */
export function statementOf(
  name: string,
  { sql: text, params }: { sql: string; params: unknown[] },
): (values: Record<string, unknown>) => Statement {
  return (values) => ({ name, text, values: fillPlaceholders(params, values) })
}

/**
 * Runs a READ COMMITTED transaction of statements that do not depend on each other's results: begin, the statements and
 * the commit are sent in one packet. Calls `mayStart` when a connection is free, and sends nothing if it returns false.
 * Returns the rows of the last statement; null when nothing was sent, or when a statement failed and the transaction
 * was rolled back. Rejects when the database is away; the outcome may be unknown then.
 */
export async function runAtOnce<Row extends pg.QueryResultRow>(
  db: Database,
  { statements, mayStart }: { statements: readonly Statement[]; mayStart: () => boolean },
): Promise<Row[] | null> {
  const client = await db.pipelined.connect()
  if (!mayStart()) {
    client.release()
    return null
  }
  let lost = false
  const onError = () => {
    lost = true
  }
  client.on('error', onError)
  const { stream } = clientOf(client).connection
  stream.cork()
  const answers = ['begin isolation level read committed', ...statements, 'commit'].map((each) =>
    client.query<Row>(each),
  )
  stream.uncork()
  const ends = await Promise.allSettled(answers)
  client.off('error', onError)
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
  // If the commit failed, the transaction may still be open.
  client.release(lost || ends.at(-1)?.status === 'rejected' || errors.some(isConnectionLost))
  const away = errors.find((error) => isUnavailable(error) && !isLockTimeout(error))
  if (away !== undefined) throw away
  const last = ends.at(-2)
  return errors.length === 0 && last?.status === 'fulfilled' ? last.value.rows : null
}

const readCommitted: Settings = { isolationLevel: 'read committed' }

async function tryAgain<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (!isRetryable(error) || attempt === attemptsMax) throw error
      // The delay is random, so that the same transactions do not collide again.
      await delay(Math.random() * retryDelayMaxMs * attempt)
    }
  }
}

/** Runs reads that must all see the same snapshot, in a read-only REPEATABLE READ transaction. It is not retried. */
export function inSnapshot<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return runOnce(db.pool, work, { isolationLevel: 'repeatable read', accessMode: 'read only' })
}

/**
 * drizzle's own transaction on a pool leaks the connection when `begin` fails, and releases a broken one for reuse. So
 * this function checks the connection out and releases it itself.
 */
async function runOnce<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>, settings: Settings): Promise<T> {
  const client = await pool.connect()
  let broken = false
  const onError = () => {
    broken = true
  }
  // A connection that breaks between two statements emits this event. Without a listener it would end the process.
  client.on('error', onError)
  try {
    return await ormOf(client).transaction(work, settings)
  } catch (error) {
    broken ||= isConnectionLost(error)
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}

const orms = new WeakMap<pg.PoolClient, Orm>()

function ormOf(client: pg.PoolClient): Orm {
  const known = orms.get(client)
  if (known) return known
  const orm = ormOn(client)
  orms.set(client, orm)
  return orm
}

function isRetryable(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40P01' || state === '40001'
}
