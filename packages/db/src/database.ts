import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import * as schema from './schema/schema.ts'

export type Schema = typeof schema
export type Orm = NodePgDatabase<Schema>

export type Database = {
  readonly orm: Orm
  readonly pool: pg.Pool
  close(): Promise<void>
}

export type DatabaseOptions = {
  connectionString: string
  /** Connections at most; 10 when left out. */
  poolMax?: number
  /** Told of errors on idle connections, such as a restart of the server. */
  onError?: (error: Error) => void
  applicationName?: string
}

const connectTimeoutMs = 2_000
const lockTimeoutMs = 2_000
const idleInTransactionTimeoutMs = 10_000
/**
 * Two clocks for one statement. The client's: whoever asks gets an answer within three seconds, also when the server
 * hangs or its network has vanished. The server's: a statement that nobody waits for any more ends too.
 */
const queryTimeoutMs = 2_500
const statementTimeoutMs = 5_000

/** Opens a pool. Nothing is connected before the first query. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.poolMax ?? 10,
    application_name: options.applicationName ?? 'deskbell',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    options: '-c TimeZone=UTC',
  })
  // Without a listener an error on an idle connection would end the process.
  pool.on('error', (error) => options.onError?.(error))
  // The pool stops listening when it hands a connection out, and whoever asked for it wakes a moment later: an error
  // that came in one piece with the last answer finds nobody in between. Whoever has it is told by the next statement.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return { orm: ormOn(pool), pool, close: () => pool.end() }
}

/** The query builder on a pool, or on one connection of it. */
export function ormOn(client: pg.Pool | pg.PoolClient): Orm {
  return drizzle(client, { schema, casing: 'snake_case' })
}
