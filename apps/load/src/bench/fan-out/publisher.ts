import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@deskbell/testkit/wait-for'
import type { WebSocket } from 'ws'
import { now } from '../../clock.ts'
import { markedText } from './marker.ts'
import { openSocket } from './open-socket.ts'
import type { PublisherWire } from './wire.ts'

/** Below the sixteen calls that one socket of Deskbell may have open. */
const unansweredMax = 12
const answerTimeoutMs = 30_000
const retryMs = 500

/** The one who says everything that is fanned out, over one socket. */
export class Publisher implements AsyncDisposable {
  readonly #wire: PublisherWire
  readonly #ws: Promise<WebSocket>
  #isReady: boolean
  readonly #unanswered = new Map<number, string>()
  #published = 0
  #failure: string | null = null

  private constructor(wsUrl: string, wire: PublisherWire) {
    this.#wire = wire
    this.#isReady = wire.ready === null
    const onFrame = (frame: Buffer) => this.#onFrame(frame)
    this.#ws = openSocket({ url: `${wsUrl}${wire.path}`, token: wire.token, replies: wire.replies, onFrame })
  }

  static async open(wsUrl: string, wire: PublisherWire): Promise<Publisher> {
    const publisher = new Publisher(wsUrl, wire)
    await publisher.#ws
    await waitFor(() => publisher.#isReady, { what: 'the publisher is let in' })
    return publisher
  }

  /** How many were published so far, which is also the number of the newest. */
  get published(): number {
    return this.#published
  }

  /** So many messages at a steady rate. Each is stamped with the moment in which it really leaves. */
  async publish({ count, perSecond, length }: { count: number; perSecond: number; length: number }): Promise<void> {
    const ws = await this.#ws
    const startedAt = now()
    for (let nth = 0; nth < count; nth += 1) {
      const early = startedAt + (nth * 1000) / perSecond - now()
      if (early > 0) await delay(early)
      await this.#room(unansweredMax)
      this.#published += 1
      const nr = this.#published
      const frame = this.#wire.frame(markedText({ nr, sentAt: now() }, length), nr)
      if (this.#wire.acked !== null) this.#unanswered.set(nr, frame)
      ws.send(frame)
    }
    await this.#room(1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ws = await this.#ws
    ws.terminate()
  }

  async #room(unanswered: number): Promise<void> {
    const hasRoom = () => this.#failure !== null || this.#unanswered.size < unanswered
    if (!hasRoom()) await waitFor(hasRoom, { timeoutMs: answerTimeoutMs, intervalMs: 1, what: 'an acknowledgement' })
    if (this.#failure !== null) throw new Error(`A message was refused: ${this.#failure}`)
  }

  #onFrame(frame: Buffer): void {
    const { ready, acked } = this.#wire
    this.#isReady ||= ready !== null && frame.includes(ready)
    if (acked === null) return
    const [nr, isAcked] = [numberOf(frame), frame.includes(acked)]
    if (isAcked) this.#unanswered.delete(nr)
    else if (frame.includes('"retryAfterMs"')) setTimeout(() => void this.#again(nr), retryMs)
    else if (frame.includes('"error"')) this.#failure = frame.toString()
  }

  /** A server that had no time for it says so, and is sent the same again, as the SDK does. */
  async #again(nr: number): Promise<void> {
    const frame = this.#unanswered.get(nr)
    const ws = await this.#ws
    if (frame !== undefined && ws.readyState === ws.OPEN) ws.send(frame)
  }
}

/** Of `{"id":12,…`. */
function numberOf(frame: Buffer): number {
  return Number.parseInt(frame.toString('latin1', '{"id":'.length, 20), 10)
}
