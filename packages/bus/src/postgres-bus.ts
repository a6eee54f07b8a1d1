import { randomUUID } from 'node:crypto'
import { Gathering } from '@deskbell/timing/gathering'
import type { Bus, BusLogger, Hint, HintListener } from './bus.ts'
import { decodePayload, encodeHints } from './hint-codec.ts'
import { Listeners } from './listeners.ts'
import { ReconnectingConnection } from './reconnecting-connection.ts'

const channel = 'deskbell_hints'
/** A NOTIFY payload must be shorter than 8,000 bytes. */
const payloadBytesMax = 7_500
/** Between two statements. A hint that comes alone is sent at once, and under load hints are gathered. */
const gapMs = 8
/** When more hints wait, the oldest are dropped. Subscribers find these changes in the database. */
const queueMax = 5_000
const stopMs = 1_000

/**
 * Sends hints by LISTEN and NOTIFY, for a few processes on one database.
 * A NOTIFY inside the transaction of a change would take a lock of the whole server at the commit, so all commits would
 * be serial. So the bus sends NOTIFY after the commit, in batches, on a connection of its own.
 */
export function createPostgresBus(options: { connectionString: string; log: BusLogger }): Bus {
  return new PostgresBus(options)
}

class PostgresBus implements Bus {
  readonly #from = randomUUID()
  readonly #log: BusLogger
  readonly #listeners: Listeners
  readonly #listenConnection: ReconnectingConnection
  readonly #notifyConnection: ReconnectingConnection
  readonly #sends = new Gathering({ run: () => this.#send(), gapMs })
  #queue: Hint[] = []
  #running = false

  constructor({ connectionString, log }: { connectionString: string; log: BusLogger }) {
    this.#log = log
    this.#listeners = new Listeners(log)
    this.#listenConnection = new ReconnectingConnection({
      connectionString,
      log,
      applicationName: 'deskbell bus listen',
      prepare: (client) => client.query(`listen ${channel}`),
      onNotification: (payload) => this.#receive(payload),
    })
    this.#notifyConnection = new ReconnectingConnection({
      connectionString,
      log,
      applicationName: 'deskbell bus notify',
    })
  }

  subscribe(listener: HintListener): () => void {
    return this.#listeners.add(listener)
  }

  publish(hint: Hint): void {
    this.#listeners.deliver(hint)
    if (!this.#running) return
    this.#queue.push(hint)
    if (this.#queue.length > queueMax) this.#queue.splice(0, this.#queue.length - queueMax)
    this.#sends.request()
  }

  async start(): Promise<void> {
    this.#running = true
    await Promise.all([this.#listenConnection.start(), this.#notifyConnection.start()])
  }

  async stop(): Promise<void> {
    this.#running = false
    await Promise.race([this.#sends.stop(), new Promise((resolve) => setTimeout(resolve, stopMs).unref())])
    await Promise.all([this.#listenConnection.stop(), this.#notifyConnection.stop()])
  }

  /**
   * Sends the batch in one statement. Failed hints are not retried: subscribers find the changes before a retry could.
   */
  async #send(): Promise<void> {
    const payloads = encodeHints(this.#from, this.#queue, payloadBytesMax)
    this.#queue = []
    if (payloads.length === 0) return
    await this.#notifyConnection.query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [
      channel,
      payloads,
    ])
  }

  #receive(text: string): void {
    const payload = decodePayload(text)
    if (payload === null) {
      this.#log.warn({ bytes: text.length }, 'dropped a notification that is not ours')
      return
    }
    if (payload.from === this.#from) return
    if (payload.broken > 0) this.#log.warn({ count: payload.broken }, 'dropped hints that could not be read')
    for (const hint of payload.hints) this.#listeners.deliver(hint)
  }
}
