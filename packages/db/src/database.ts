import type { Writable } from 'node:stream'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import * as schema from './schema/schema.ts'

export type Schema = typeof schema
export type Orm = NodePgDatabase<Schema>

export type Database = {
  /** For reads, and for writes of one statement. */
  readonly orm: Orm
  readonly pool: pg.Pool
  /**
   * For transactions that may wait for a locked row. Separate from `pool`, so that these waits take no connection from
   * reads. See `inTransaction`.
   */
  readonly writers: pg.Pool
  /**
   * One connection that calls of users do not use: for the health check, the epoch, and the reconciliation that finds
   * changes whose hints were lost.
   */
  readonly reserved: Orm
  readonly reservedPool: pg.Pool
  /** For the chat writer. Statements are sent without waiting for the results of earlier ones. See `inPipeline`. */
  readonly pipelined: pg.Pool
  /**
   * From now on every new connection runs `check` before the pool hands it out. If the check fails, the connection is
   * closed, and the caller that waits for it gets the error.
   */
  checkConnections(check: ConnectionCheck): void
  close(): Promise<void>
}

export type ConnectionCheck = (executor: Orm) => Promise<void>

export type DatabaseOptions = {
  connectionString: string
  /** Maximum size of `pool`, and of `writers`. Default: 10 each. */
  poolMax?: number
  /** Called with errors of idle connections, for example when the server restarts. */
  onError?: (error: Error) => void
  applicationName?: string
}

const connectTimeoutMs = 2_000
/** How long a statement waits for a lock before it fails. On `pipelined` the limit is shorter. */
export const lockTimeoutMs = 2_000
const idleInTransactionTimeoutMs = 10_000
/**
 * A statement has two time limits. The client's gives the caller an error even when the server hangs or the network is
 * down. The wait for a connection comes on top of it. The server's cancels a statement that the client has abandoned.
 */
const queryTimeoutMs = 2_500
const statementTimeoutMs = 5_000

const poolMaxDefault = 10
/** For the chat writer: its worker, four blocked chats that wait for locks, one retry of the other blocked chats. */
const pipelinedMax = 6
/**
 * The worker of the chat writer skips locked rows. It can wait only for another transaction that inserts the same unique
 * key. That wait is short, because all commands of the batch wait with it.
 */
const pipelinedLockTimeoutMs = 200
/**
 * The chat writer has few statements. Each is planned once and uses indexes, even when the statistics of a small table
 * favour a sequential scan.
 */
const pipelinedPlans = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
]

/** Creates the pools. A pool connects when its first query is sent. */
export function openDatabase(options: DatabaseOptions): Database {
  let check: ConnectionCheck | null = null
  const onConnect = async (client: pg.ClientBase) => {
    await check?.(ormOn(clientOf(client)))
  }
  const openPlain = (max: number) =>
    openPool(options, { max, lock_timeout: lockTimeoutMs, options: timeZone, onConnect })
  const poolMax = options.poolMax ?? poolMaxDefault
  const pool = openPlain(poolMax)
  const writers = openPlain(poolMax)
  const reservedPool = openPlain(1)
  const pipelined = openPool(options, {
    max: pipelinedMax,
    // Keeps one connection open, so that the first send after an idle time does not wait for one.
    min: 1,
    pipeline: true,
    onConnect,
    lock_timeout: pipelinedLockTimeoutMs,
    options: [timeZone, ...pipelinedPlans.map((plan) => `-c ${plan}`)].join(' '),
  })
  pipelined.on('connect', (client) => sendTurnsAtOnce(clientOf(client).connection.stream))
  const close = async () => {
    await Promise.all([pool, writers, reservedPool, pipelined].map((each) => each.end()))
  }
  const checkConnections = (next: ConnectionCheck) => {
    check = next
  }
  return {
    orm: ormOn(pool),
    pool,
    writers,
    reserved: ormOn(reservedPool),
    reservedPool,
    pipelined,
    checkConnections,
    close,
  }
}

/**
 * Lets the statements that are sent in one turn leave in one write: a write costs more time than the rest of a statement.
 * `pg` corks the stream for each statement. The uncork is put off until the turn has ended.
 */
function sendTurnsAtOnce(stream: Writable): void {
  const uncork = stream.uncork.bind(stream)
  stream.uncork = () => process.nextTick(uncork)
}

/** The pool makes a `pg.Client`; its type says less. */
export function clientOf(client: pg.ClientBase): pg.Client {
  if (!(client instanceof pg.Client)) throw new TypeError('The pool has made something that is not a client.')
  return client
}

const timeZone = '-c TimeZone=UTC'

/** The pool awaits the promise of `onConnect`, which the type of pg does not declare. */
type PoolConfig = Omit<pg.PoolConfig, 'onConnect'> & { onConnect: (client: pg.ClientBase) => Promise<void> }

function openPool(options: DatabaseOptions, config: PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName ?? 'deskbell',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    ...config,
  })
  // Without a listener an error of an idle connection would end the process.
  pool.on('error', (error) => options.onError?.(error))
  // The pool removes its listener when it hands a connection out, and the caller adds one only a moment later. An error
  // in between would end the process too. The caller gets an error from its next statement.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** Returns the query builder for a pool, or for one connection. */
export function ormOn(client: pg.Pool | pg.PoolClient | pg.Client): Orm {
  return drizzle(client, { schema, casing: 'snake_case' })
}
