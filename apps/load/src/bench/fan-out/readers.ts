import { waitFor } from '@deskbell/testkit/wait-for'
import type { WebSocket } from 'ws'
import { now } from '../../clock.ts'
import { DelayHistogram, type HistogramCounts } from '../../history/delay-histogram.ts'
import { inParallel } from '../in-parallel.ts'
import { DeliveryCheck } from './delivery-check.ts'
import { readMarkers } from './marker.ts'
import { openSocket } from './open-socket.ts'
import type { ReaderLogin, Wire } from './wire.ts'

export type ReaderOrder =
  /** One more connection for each login. Answers when all their subscriptions stand. `saidBefore`: as many messages. */
  | { t: 'open'; wsUrl: string; wire: Wire; logins: readonly ReaderLogin[]; saidBefore: number }
  /** What came so far. With `forget` the delays are counted anew from here. */
  | { t: 'count'; lastNr: number; forget: boolean }
  | { t: 'close' }

type OpenOrder = Extract<ReaderOrder, { t: 'open' }>

export type ReaderCount = {
  delivered: number
  complaint: string | null
  delays: HistogramCounts
  /** The newest frame with one event in it. */
  frameBytes: number
}

const openAtOnce = 24
const openTimeoutMs = 30_000

/** Many followers in one process, who look at the bytes only. */
export class Readers {
  readonly #check = new DeliveryCheck()
  readonly #sockets: WebSocket[] = []
  #delays = new DelayHistogram()
  #frameBytes = 0
  #lost = 0

  async obey(order: ReaderOrder): Promise<ReaderCount | null> {
    switch (order.t) {
      case 'open':
        await inParallel(order.logins, openAtOnce, (login) => this.#open(order, login))
        return null
      case 'count':
        return this.#count(order)
      case 'close':
        await this.#close()
        return null
    }
  }

  async #open({ wsUrl, wire, saidBefore }: OpenOrder, { token, greeting }: ReaderLogin): Promise<void> {
    const follower = this.#check.addFollower(saidBefore)
    let live = false
    const onFrame = (frame: Buffer) => {
      live ||= frame.includes(wire.live)
      readMarkers(frame, (nr, sentAt) => this.#take({ follower, nr, sentAt, bytes: frame.length }))
    }
    const ws = await openSocket({ url: `${wsUrl}${wire.path}`, token, replies: wire.replies, onFrame })
    this.#sockets.push(ws)
    ws.once('close', () => (this.#lost += 1))
    for (const text of greeting) ws.send(text)
    await waitFor(() => live, { timeoutMs: openTimeoutMs, what: 'the subscription stands' })
  }

  #take({ follower, nr, sentAt, bytes }: { follower: number; nr: number; sentAt: number; bytes: number }): void {
    if (!this.#check.take(follower, nr)) return
    this.#delays.add(now() - sentAt)
    this.#frameBytes = bytes
  }

  #count({ lastNr, forget }: { lastNr: number; forget: boolean }): ReaderCount {
    const lost = this.#lost > 0 ? `${this.#lost} connections were lost` : null
    const count: ReaderCount = {
      delivered: this.#check.delivered,
      complaint: lost ?? this.#check.complaint(lastNr),
      delays: this.#delays.toCounts(),
      frameBytes: this.#frameBytes,
    }
    if (forget) this.#delays = new DelayHistogram()
    return count
  }

  async #close(): Promise<void> {
    const all = this.#sockets.splice(0)
    for (const ws of all) ws.terminate()
    this.#lost = 0
    await waitFor(() => this.#lost === all.length, { timeoutMs: openTimeoutMs, what: 'all are closed' })
    this.#lost = 0
  }
}
