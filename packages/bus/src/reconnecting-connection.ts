import pg from 'pg'
import type { BusLogger } from './bus.ts'
import { retryDelayMs } from './retry-delay.ts'

export type ReconnectingConnectionOptions = {
  connectionString: string
  applicationName: string
  log: BusLogger
  /** Runs on every new connection before it is used. */
  prepare?: (client: pg.Client) => Promise<unknown>
  onNotification?: (payload: string) => void
}

const connectMs = 2_000
const queryMs = 2_000
const pingMs = 5_000

/**
 * A PostgreSQL connection that is reopened whenever it breaks:
 *
 *   start ─▶ connecting ─▶ up ──(error, end, unanswered ping)──▶ waiting ─▶ connecting …
 *
 * It handles every error of `pg`, because an error event without a listener would end the process.
 */
export class ReconnectingConnection {
  readonly #options: ReconnectingConnectionOptions
  #client: pg.Client | null = null
  #timer: NodeJS.Timeout | undefined
  #attempt = 0
  #stopped = true

  constructor(options: ReconnectingConnectionOptions) {
    this.#options = options
  }

  /** Resolves after the first attempt to connect, successful or not. */
  async start(): Promise<void> {
    if (!this.#stopped) return
    this.#stopped = false
    await this.#connect()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    const client = this.#client
    this.#client = null
    if (client !== null) await client.end().catch(() => undefined)
  }

  /** Resolves with false when there is no connection or the query fails. A failed query closes the connection. */
  async query(text: string, values: unknown[] = []): Promise<boolean> {
    const client = this.#client
    if (client === null) return false
    try {
      await client.query(text, values)
      return true
    } catch (error) {
      this.#lost(client, error)
      return false
    }
  }

  async #connect(): Promise<void> {
    const { connectionString, applicationName, prepare, onNotification } = this.#options
    const client = new pg.Client({
      connectionString,
      application_name: applicationName,
      connectionTimeoutMillis: connectMs,
      query_timeout: queryMs,
      keepAlive: true,
    })
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('the connection ended')))
    client.on('notification', (message) => onNotification?.(message.payload ?? ''))
    try {
      await client.connect()
      await prepare?.(client)
    } catch (error) {
      this.#closeQuietly(client)
      this.#retry(error)
      return
    }
    if (this.#stopped) return this.#closeQuietly(client)
    this.#client = client
    this.#attempt = 0
    this.#ping()
  }

  /** A half-open connection emits no event, so this sends a query every few seconds to detect it. */
  #ping(): void {
    this.#timer = setTimeout(() => {
      void this.query('select 1').then((alive) => {
        if (alive && !this.#stopped) this.#ping()
      })
    }, pingMs).unref()
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#client !== client) return
    this.#client = null
    this.#closeQuietly(client)
    this.#retry(error)
  }

  #retry(error: unknown): void {
    if (this.#stopped) return
    const { log, applicationName } = this.#options
    if (this.#attempt === 0) log.warn({ err: error, connection: applicationName }, 'bus connection lost, coming back')
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#connect(), retryDelayMs(this.#attempt)).unref()
    this.#attempt += 1
  }

  #closeQuietly(client: pg.Client): void {
    client.end().catch(() => undefined)
  }
}
