import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChatId } from '@deskbell/contract/ids'
import { createSdk } from '@deskbell/sdk'
import { waitFor } from '@deskbell/testkit/wait-for'
import { DelayHistogram, type HistogramCounts } from '../../history/delay-histogram.ts'

export type SignInOrder =
  /** A guest writes to an operator, who follows the chat. Answers how long each message took to get there. */
  | { t: 'write'; url: string; token: string; operatorToken: string; chatId: ChatId; seconds: number }
  /** So many sign-ins are in flight, each from an address of its own, until `rest`. */
  | { t: 'storm'; url: string; emails: readonly string[]; password: string; atOnce: number }
  | { t: 'rest' }

export type DeliveryReading = { sent: number; delays: HistogramCounts }
export type StormReading = { signedIn: number; refused: number }

const pauseMs = 20

/** Operators who sign in all at once, and a conversation beside them. */
export class SignInClients {
  #isStorm = false
  #storm: Promise<unknown> = Promise.resolve()
  #reading: StormReading = { signedIn: 0, refused: 0 }
  #addresses = 0

  async obey(order: SignInOrder): Promise<DeliveryReading | StormReading> {
    switch (order.t) {
      case 'write':
        return await write(order)
      case 'storm':
        this.#isStorm = true
        this.#reading = { signedIn: 0, refused: 0 }
        this.#storm = Promise.all(Array.from({ length: order.atOnce }, (_, nth) => this.#signIn(order, nth)))
        return this.#reading
      case 'rest':
        this.#isStorm = false
        await this.#storm
        return this.#reading
    }
  }

  async #signIn({ url, emails, password }: Extract<SignInOrder, { t: 'storm' }>, nth: number): Promise<void> {
    while (this.#isStorm) {
      const response = await fetch(`${url}/api/auth/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': this.#nextAddress() },
        body: JSON.stringify({ email: emails[nth % emails.length], password }),
      })
      await response.arrayBuffer()
      if (response.status === 200) this.#reading.signedIn += 1
      else this.#reading.refused += 1
    }
  }

  /** A public one, as behind a proxy, so that no limit by address is met. */
  #nextAddress(): string {
    this.#addresses += 1
    return `11.${(this.#addresses >> 16) & 255}.${(this.#addresses >> 8) & 255}.${this.#addresses & 255}`
  }
}

async function write({ url, token, operatorToken, chatId, seconds }: Extract<SignInOrder, { t: 'write' }>) {
  const guest = createSdk({ url, role: 'client', token, outbox: 'memory' })
  const operator = createSdk({ url, role: 'operator', token: operatorToken, outbox: 'memory' })
  const chat = operator.follow(chatId)
  const sentAt = new Map<string, number>()
  const delays = new DelayHistogram()
  let seen = 0
  const read = () => {
    const { entries } = chat.getSnapshot()
    for (const entry of entries.slice(seen)) {
      if (entry.kind !== 'message') continue
      const began = sentAt.get(entry.message.text)
      if (began !== undefined) delays.add(performance.now() - began)
      sentAt.delete(entry.message.text)
    }
    seen = entries.length
  }
  await waitFor(() => chat.getSnapshot().status === 'live', { what: 'a live chat' })
  seen = chat.getSnapshot().entries.length
  const unsubscribe = chat.subscribe(read)
  const endAt = performance.now() + seconds * 1_000
  let sent = 0
  while (performance.now() < endAt) {
    const text = randomUUID()
    sentAt.set(text, performance.now())
    sent += 1
    await guest.api.messages.send.mutate({ chatId, clientMsgId: text, text })
    await delay(pauseMs)
  }
  await waitFor(() => sentAt.size === 0, { what: 'every message at the operator' })
  unsubscribe()
  guest.close()
  operator.close()
  return { sent, delays: delays.toCounts() }
}
