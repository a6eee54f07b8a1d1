import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { type Database, type Orm, ormOn } from './database.ts'
import { isConnectionLost, sqlState } from './database-error.ts'

export type Tx = Parameters<Parameters<Orm['transaction']>[0]>[0]

/** A statement runs on either: alone, or inside somebody's transaction. */
export type Executor = Orm | Tx

type Settings = NonNullable<Parameters<Orm['transaction']>[1]>

const attemptsMax = 4
const retryDelayMaxMs = 40

/**
 * Runs `work` in a READ COMMITTED transaction on a connection of the writers, and commits it.
 * After a deadlock or a serialization failure the whole of `work` runs again, a few times at most,
 * so it must have no effect outside the database. Every other error rolls back and is thrown as it is.
 */
export function inTransaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return tryAgain(() => runOnce(db.writers, work, readCommitted))
}

/** The answer of the last statement of a transaction, which is still on its way. */
export type Last<T> = { last: Promise<T> }

/**
 * The same on a connection of the lanes, whose statements are sent without waiting for the answers before them.
 * `work` ends when its last statement is sent; the commit follows on its heels. Of a statement that failed the commit
 * makes a rollback and says nothing, so the last answer is asked afterwards.
 */
export function inLane<T>(db: Database, work: (tx: Tx) => Promise<Last<T>>): Promise<T> {
  return tryAgain(async () => {
    const { last } = await runOnce(db.lanes, (tx) => work(tx).then(heeded), readCommitted)
    return await last
  })
}

/** A connection that breaks at the commit rejects both; the other one must not end the process. */
function heeded<T>(sent: Last<T>): Last<T> {
  sent.last.catch(() => undefined)
  return sent
}

const readCommitted: Settings = { isolationLevel: 'read committed' }

async function tryAgain<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (!isRetryable(error) || attempt === attemptsMax) throw error
      // Those who met must not meet again.
      await delay(Math.random() * retryDelayMaxMs * attempt)
    }
  }
}

/** Runs reads that must all see the same moment. */
export function inSnapshot<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return runOnce(db.pool, work, { isolationLevel: 'repeatable read', accessMode: 'read only' })
}

/**
 * drizzle's own transaction on a pool keeps the connection for ever when `begin` fails, and gives
 * a broken one back. So the connection is taken and returned here.
 */
async function runOnce<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>, settings: Settings): Promise<T> {
  const client = await pool.connect()
  let broken = false
  const onError = () => {
    broken = true
  }
  // A connection that dies between two statements says so here; unheard, it would end the process.
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
