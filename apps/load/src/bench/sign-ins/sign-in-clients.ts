import { randomUUID } from 'node:crypto'
import type { ChatId } from '@deskbell/contract/ids'
import { type ChatFollower, createSdk, type Sdk } from '@deskbell/sdk'
import { waitFor } from '@deskbell/testkit/wait-for'
import { DelayHistogram, type HistogramCounts } from '../../history/delay-histogram.ts'

export type SignInOrder =
  /** A guest and an operator connect, and follow the chat. */
  | { t: 'meet'; url: string; token: string; operatorToken: string; chatId: ChatId }
  /** The guest begins to write at a steady rate. */
  | { t: 'write' }
  /** It stops. Answers how long each message took to get to the operator, when all are there. */
  | { t: 'stop' }
  /** So many sign-ins at once, each from an address of its own. Answers when each has been answered. */
  | { t: 'storm'; url: string; emails: readonly string[]; password: string; atOnce: number }

export type DeliveryReading = { sent: number; delays: HistogramCounts }
/** `refused`: answered with 429 or 503, because too many came before. */
export type StormReading = { signedIn: number; refused: number; seconds: number }

const intervalMs = 20

/** One side of the benchmark: a conversation, or a storm of sign-ins. Each runs in a process of its own. */
export class SignInClients {
  #conversation: Conversation | undefined
  #addresses = 0

  async obey(order: SignInOrder): Promise<DeliveryReading | StormReading | null> {
    switch (order.t) {
      case 'meet':
        this.#conversation = new Conversation(order)
        await this.#conversation.open()
        return null
      case 'write':
        this.#conversation?.begin()
        return null
      case 'stop':
        return (await this.#conversation?.end()) ?? null
      case 'storm':
        return await this.#storm(order)
    }
  }

  async #storm(order: Extract<SignInOrder, { t: 'storm' }>): Promise<StormReading> {
    const startedAt = performance.now()
    const statuses = await Promise.all(Array.from({ length: order.atOnce }, (_, nth) => this.#signIn(order, nth)))
    const countOf = (status: number) => statuses.filter((each) => each === status).length
    const [signedIn, refused] = [countOf(200), countOf(429) + countOf(503)]
    if (signedIn + refused < statuses.length) throw new Error(`Sign-ins were answered with ${statuses.join(' ')}.`)
    return { signedIn, refused, seconds: (performance.now() - startedAt) / 1_000 }
  }

  async #signIn({ url, emails, password }: Extract<SignInOrder, { t: 'storm' }>, nth: number): Promise<number> {
    const response = await fetch(`${url}/api/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': this.#nextAddress() },
      body: JSON.stringify({ email: emails[nth % emails.length], password }),
    })
    await response.arrayBuffer()
    return response.status
  }

  /** A public one, as behind a proxy, so that no limit by address is met. */
  #nextAddress(): string {
    this.#addresses += 1
    return `11.${(this.#addresses >> 16) & 255}.${(this.#addresses >> 8) & 255}.${this.#addresses & 255}`
  }
}

/** A guest who writes, and an operator who reads. No message waits for the one before. */
class Conversation {
  readonly #guest: Sdk
  readonly #operator: Sdk
  readonly #chatId: ChatId
  readonly #follower: ChatFollower
  readonly #sentAt = new Map<string, number>()
  readonly #sends = new Set<Promise<unknown>>()
  #delays = new DelayHistogram()
  #seen = 0
  #sent = 0
  #timer: NodeJS.Timeout | undefined

  constructor({ url, token, operatorToken, chatId }: Extract<SignInOrder, { t: 'meet' }>) {
    this.#guest = createSdk({ url, role: 'client', token, outbox: 'memory' })
    this.#operator = createSdk({ url, role: 'operator', token: operatorToken, outbox: 'memory' })
    this.#chatId = chatId
    this.#follower = this.#operator.follow(chatId)
  }

  async open(): Promise<void> {
    await waitFor(() => this.#follower.getSnapshot().status === 'live', { what: 'a live chat' })
    this.#seen = this.#follower.getSnapshot().entries.length
    this.#follower.subscribe(() => this.#read())
  }

  begin(): void {
    this.#delays = new DelayHistogram()
    this.#sent = 0
    this.#timer = setInterval(() => this.#send(), intervalMs)
  }

  async end(): Promise<DeliveryReading> {
    clearInterval(this.#timer)
    await Promise.all(this.#sends)
    await waitFor(() => this.#sentAt.size === 0, { what: 'every message at the operator' })
    return { sent: this.#sent, delays: this.#delays.toCounts() }
  }

  #send(): void {
    const text = randomUUID()
    this.#sent += 1
    this.#sentAt.set(text, performance.now())
    const sending = this.#guest.api.messages.send.mutate({ chatId: this.#chatId, clientMsgId: text, text })
    this.#sends.add(sending)
    const forget = () => this.#sends.delete(sending)
    // A message that is refused stays among `#sends`, and fails the turn.
    sending.then(forget, () => {})
  }

  #read(): void {
    const { entries } = this.#follower.getSnapshot()
    for (const entry of entries.slice(this.#seen)) {
      if (entry.kind !== 'message') continue
      const sentAt = this.#sentAt.get(entry.message.text)
      if (sentAt !== undefined) this.#delays.add(performance.now() - sentAt)
      this.#sentAt.delete(entry.message.text)
    }
    this.#seen = entries.length
  }
}
