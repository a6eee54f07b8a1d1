import { randomUUID } from 'node:crypto'
import type { Bus, BusLog, Hint, HintListener } from './bus.ts'
import { decodePayload, encodeHints } from './hint-codec.ts'
import { KeptConnection } from './kept-connection.ts'
import { Listeners } from './listeners.ts'

const channel = 'deskbell_hints'
/** A NOTIFY payload must be shorter than 8,000 bytes. */
const payloadBytesMax = 7_500
const batchMs = 8
/** When more hints wait, the oldest are dropped. Subscribers find these changes in the database. */
const queueMax = 5_000
const stopMs = 1_000

/**
 * Sends hints by LISTEN and NOTIFY, for a few processes on one database.
 * A NOTIFY inside the transaction of a change would take a lock of the whole server at the commit, so all commits would
 * be serial. So the bus sends NOTIFY after the commit, in batches, on a connection of its own.
 */
export function createPostgresBus(options: { connectionString: string; log: BusLog }): Bus {
  return new PostgresBus(options)
}

class PostgresBus implements Bus {
  readonly #from = randomUUID()
  readonly #log: BusLog
  readonly #listeners: Listeners
  readonly #ear: KeptConnection
  readonly #mouth: KeptConnection
  #queue: Hint[] = []
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | null = null
  #running = false

  constructor({ connectionString, log }: { connectionString: string; log: BusLog }) {
    this.#log = log
    this.#listeners = new Listeners(log)
    this.#ear = new KeptConnection({
      connectionString,
      log,
      applicationName: 'deskbell bus listen',
      prepare: (client) => client.query(`listen ${channel}`),
      onNotification: (payload) => this.#receive(payload),
    })
    this.#mouth = new KeptConnection({ connectionString, log, applicationName: 'deskbell bus notify' })
  }

  subscribe(listener: HintListener): () => void {
    return this.#listeners.add(listener)
  }

  publish(hint: Hint): void {
    this.#listeners.deliver(hint)
    if (!this.#running) return
    this.#queue.push(hint)
    if (this.#queue.length > queueMax) this.#queue.splice(0, this.#queue.length - queueMax)
    this.#schedule()
  }

  async start(): Promise<void> {
    this.#running = true
    await Promise.all([this.#ear.start(), this.#mouth.start()])
  }

  async stop(): Promise<void> {
    this.#running = false
    clearTimeout(this.#timer)
    await Promise.race([this.#drain(), new Promise((resolve) => setTimeout(resolve, stopMs).unref())])
    await Promise.all([this.#ear.stop(), this.#mouth.stop()])
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#sending !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#flush()
    }, batchMs).unref()
  }

  async #drain(): Promise<void> {
    if (this.#sending !== null) await this.#sending
    if (this.#queue.length > 0) await this.#flush()
  }

  /**
   * Sends the batch in one statement. Failed hints are not retried: subscribers find the changes before a retry could.
   */
  async #flush(): Promise<void> {
    const hints = this.#queue
    this.#queue = []
    this.#sending = this.#send(encodeHints(this.#from, hints, payloadBytesMax))
    await this.#sending
    this.#sending = null
    if (this.#queue.length > 0 && this.#running) this.#schedule()
  }

  async #send(payloads: string[]): Promise<void> {
    if (payloads.length === 0) return
    await this.#mouth.query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [channel, payloads])
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
