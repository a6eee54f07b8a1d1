import { setTimeout as delay } from 'node:timers/promises'
import { now } from '../../clock.ts'
import { DelayHistogram, type HistogramCounts } from '../../history/delay-histogram.ts'
import { inParallel } from '../in-parallel.ts'
import { openDeskbellConnection } from './connections/deskbell-connection.ts'
import { openNatsConnection } from './connections/nats-connection.ts'
import type { Credentials, OpenSendConnection, SendConnection } from './connections/send-connection.ts'
import { openSocketIoConnection } from './connections/socket-io-connection.ts'
import { openStompConnection } from './connections/stomp-connection.ts'
import { openXmppConnection } from './connections/xmpp-connection.ts'

export type ConnectionKind = 'deskbell' | 'socketIo' | 'xmpp' | 'nats' | 'stomp'

export type SendOrder =
  /** Opens a connection for every account and keeps so many messages in flight on each. */
  | {
      t: 'begin'
      kind: ConnectionKind
      credentials: Credentials[]
      perLine: number
      text: string
      chatIds: { first: number; last: number }
    }
  /** Since the last time this was asked, or since the lines were open. */
  | { t: 'read' }
  /** Sends nothing more, waits for what is on the way, and answers for the whole. */
  | { t: 'end' }

export type SendReading = { acknowledged: number; unavailable: number; ms: number; delays: HistogramCounts }

const openers: Record<ConnectionKind, OpenSendConnection> = {
  deskbell: openDeskbellConnection,
  socketIo: openSocketIoConnection,
  xmpp: openXmppConnection,
  nats: openNatsConnection,
  stomp: openStompConnection,
}

/** How long a place rests when the server could not take its message. */
const pauseMs = 100

/** A closed loop: every acknowledgement is followed by the next message of its place. */
export class SendLoad {
  readonly #connections: SendConnection[] = []
  #failure: string | undefined
  #inFlight = 0
  #ending: (() => void) | undefined
  readonly #whole = { acknowledged: 0, unavailable: 0 }
  #reading = newReading()

  async obey(order: SendOrder): Promise<SendReading> {
    switch (order.t) {
      case 'begin':
        await this.#begin(order)
        return await this.#read()
      case 'read':
        return await this.#read()
      case 'end':
        return await this.#end()
    }
  }

  async #begin({ kind, credentials, perLine, ...rest }: Extract<SendOrder, { t: 'begin' }>): Promise<void> {
    const failed = (reason: string) => {
      this.#failure ??= reason
      this.#ending?.()
    }
    // Some servers take few connections at the same moment.
    const starts = await inParallel(credentials, 4, async (credentials) => {
      const sentAt = new Float64Array(perLine)
      const again = (place: number) => {
        if (this.#ending === undefined) send(place)
      }
      const acknowledged = (place: number) => {
        this.#answered('acknowledged')
        this.#reading.delays.add(now() - (sentAt[place] ?? 0))
        again(place)
      }
      const unavailable = (place: number) => {
        this.#answered('unavailable')
        setTimeout(again, pauseMs, place)
      }
      const connection = await openers[kind]({ credentials, ...rest, acknowledged, unavailable, failed })
      const send = (place: number) => {
        sentAt[place] = now()
        this.#inFlight += 1
        connection.send(place)
      }
      this.#connections.push(connection)
      return send
    })
    for (const send of starts) for (let place = 0; place < perLine; place += 1) send(place)
  }

  #answered(how: 'acknowledged' | 'unavailable'): void {
    this.#inFlight -= 1
    this.#whole[how] += 1
    this.#reading[how] += 1
    if (this.#inFlight === 0) this.#ending?.()
  }

  /** Of at least one message: a reading without any would say nothing. */
  async #read(): Promise<SendReading> {
    while (this.#reading.acknowledged === 0 && this.#failure === undefined) await delay(10)
    if (this.#failure !== undefined) throw new Error(this.#failure)
    const { since, delays, ...counts } = this.#reading
    this.#reading = newReading()
    return { ...counts, ms: this.#reading.since - since, delays: delays.toCounts() }
  }

  async #end(): Promise<SendReading> {
    const since = now()
    await new Promise<void>((resolve) => {
      this.#ending = resolve
      if (this.#inFlight === 0 || this.#failure !== undefined) resolve()
    })
    for (const connection of this.#connections) connection.close()
    if (this.#failure !== undefined) throw new Error(this.#failure)
    return { ...this.#whole, ms: now() - since, delays: [] }
  }
}

function newReading() {
  return { acknowledged: 0, unavailable: 0, since: now(), delays: new DelayHistogram() }
}
