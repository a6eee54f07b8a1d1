import { setTimeout as delay } from 'node:timers/promises'
import { fillPlaceholders } from 'drizzle-orm'
import pg from 'pg'
import { type Database, type Orm, ormOn } from './database.ts'
import { isConnectionLost, isLockTimeout, isUnavailable, sqlState } from './database-error.ts'

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
 * The same on a pipelined connection, where a statement may be sent before the answers to earlier ones have come. `work`
 * ends when its last statement is sent, and the commit is sent behind it. After a failed statement the commit rolls back
 * without an error, so `last` is awaited afterwards.
 */
export function inPipeline<T>(db: Database, work: (tx: Tx) => Promise<Last<T>>): Promise<T> {
  return tryAgain(async () => {
    const { last } = await runOnce(db.pipelined, (tx) => work(tx).then(heeded), readCommitted)
    return await last
  })
}

/** A connection that breaks at the commit rejects both; the other one must not end the process. */
function heeded<T>(sent: Last<T>): Last<T> {
  sent.last.catch(() => undefined)
  return sent
}

/** A statement that was built once, with its values. */
export type Statement = { readonly name: string; readonly text: string; readonly values: unknown[] }

/** Builds a statement once. The result fills in the values of its placeholders. */
export function statementOf(
  name: string,
  { sql: text, params }: { sql: string; params: unknown[] },
): (values: Record<string, unknown>) => Statement {
  return (values) => ({ name, text, values: fillPlaceholders(params, values) })
}

/**
 * Runs a READ COMMITTED transaction of statements that do not depend on each other's answers: begin, the statements and
 * the commit are sent in one packet, if `mayStart` still says so when there is a connection. Returns the rows of the last
 * statement, and null when it was not started, or one of the statements failed and the transaction was rolled back.
 * Rejects when the database is away; the outcome may be unknown then.
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
  const { stream } = connectionOf(client)
  stream.cork()
  const answers = ['begin isolation level read committed', ...statements, 'commit'].map((each) =>
    client.query<Row>(each),
  )
  stream.uncork()
  const ends = await Promise.allSettled(answers)
  client.off('error', onError)
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
  // A commit that failed may have left the transaction open.
  client.release(lost || ends.at(-1)?.status === 'rejected' || errors.some(isConnectionLost))
  const away = errors.find((error) => isUnavailable(error) && !isLockTimeout(error))
  if (away !== undefined) throw away
  const last = ends.at(-2)
  return errors.length === 0 && last?.status === 'fulfilled' ? last.value.rows : null
}

function connectionOf(client: pg.PoolClient): pg.Connection {
  if (!(client instanceof pg.Client)) throw new TypeError('The pool has made something that is not a client.')
  return client.connection
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
