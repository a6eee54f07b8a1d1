import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import * as schema from './schema/schema.ts'

export type Schema = typeof schema
export type Orm = NodePgDatabase<Schema>

export type Database = {
  /** For reads, and for writes of one statement. */
  readonly orm: Orm
  readonly pool: pg.Pool
  /** For transactions that may wait for a row that somebody else has locked. See `inTransaction`. */
  readonly writers: pg.Pool
  /** One connection that no user can occupy: for health, the epoch, and what hints did not bring. */
  readonly reserved: Orm
  readonly reservedPool: pg.Pool
  /** For the chat writer: statements are sent without waiting for the answers to earlier ones. See `inPipeline`. */
  readonly pipelined: pg.Pool
  /**
   * From now on every new connection runs `check` before anybody gets it. One whose check fails is closed,
   * and whoever asked for it gets the error.
   */
  checkConnections(check: ConnectionCheck): void
  close(): Promise<void>
}

export type ConnectionCheck = (executor: Orm) => Promise<void>

export type DatabaseOptions = {
  connectionString: string
  /** Connections for reads at most, and as many for transactions; 10 when left out. */
  poolMax?: number
  /** Told of errors on idle connections, such as a restart of the server. */
  onError?: (error: Error) => void
  applicationName?: string
}

const connectTimeoutMs = 2_000
/** How long a statement waits for a row that somebody else has locked. */
export const lockTimeoutMs = 2_000
const idleInTransactionTimeoutMs = 10_000
/**
 * Two clocks for one statement. The client's: whoever asks gets an answer within three seconds, also when the server
 * hangs or its network has vanished. The server's: a statement that nobody waits for any more ends too.
 */
const queryTimeoutMs = 2_500
const statementTimeoutMs = 5_000

const poolMaxDefault = 10
/** Two workers of the chat writer, four blocked chats that wait for their locks, and one attempt at the others. */
const pipelinedMax = 7
/**
 * A worker waits for no row, and for another transaction's insert of the same key no longer than this, because all
 * commands of its batch wait with it.
 */
const pipelinedLockTimeoutMs = 200
/** Few statements, planned once, that find their rows by index whatever the statistics of a young table say. */
const pipelinedPlans = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
]

/** Opens the pools. Nothing is connected before the first query. */
export function openDatabase(options: DatabaseOptions): Database {
  let check: ConnectionCheck | null = null
  const onConnect = async (client: pg.ClientBase) => {
    // The pool's type says less than what it makes.
    if (!(client instanceof pg.Client)) throw new TypeError('The pool has made something that is not a client.')
    await check?.(ormOn(client))
  }
  const openPlain = (max: number) =>
    openPool(options, { max, lock_timeout: lockTimeoutMs, options: timeZone, onConnect })
  const poolMax = options.poolMax ?? poolMaxDefault
  const pool = openPlain(poolMax)
  const writers = openPlain(poolMax)
  const reservedPool = openPlain(1)
  const pipelined = openPool(options, {
    max: pipelinedMax,
    // The first send after a quiet time need not wait for a connection.
    min: 1,
    pipeline: true,
    onConnect,
    lock_timeout: pipelinedLockTimeoutMs,
    options: [timeZone, ...pipelinedPlans.map((plan) => `-c ${plan}`)].join(' '),
  })
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

const timeZone = '-c TimeZone=UTC'

/** The pool waits for `onConnect`, which its type does not say. */
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
  // Without a listener an error on an idle connection would end the process.
  pool.on('error', (error) => options.onError?.(error))
  // The pool stops listening when it hands a connection out, and whoever asked for it wakes a moment later: an error
  // that came in one piece with the last answer finds nobody in between. Whoever has it is told by the next statement.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** The query builder on a pool, or on one connection of it. */
export function ormOn(client: pg.Pool | pg.PoolClient | pg.Client): Orm {
  return drizzle(client, { schema, casing: 'snake_case' })
}
