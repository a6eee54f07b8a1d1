import type { ChatId } from '@deskbell/contract/ids'
import { type ChatFollower, createSdk, type Sdk } from '@deskbell/sdk'
import { waitFor } from '@deskbell/testkit/wait-for'
import { now } from '../../clock.ts'
import { inParallel } from '../in-parallel.ts'

export type ReconnectOrder =
  /** Signs clients in, each with a chat of its own that it follows. Answers the chats when all are live. */
  | { t: 'open'; url: string; count: number }
  /** Answers when each client was live and complete again: moments of the common clock. */
  | { t: 'back'; missed: readonly number[] }

type ReconnectClient = { sdk: Sdk; chatId: ChatId; follower: ChatFollower }

/** Many clients in one process. */
export class ReconnectClients {
  #clients: ReconnectClient[] = []

  async obey(order: ReconnectOrder): Promise<number[]> {
    switch (order.t) {
      case 'open':
        return await this.#open(order)
      case 'back': {
        const missed = new Set(order.missed)
        return await Promise.all(this.#clients.map((client) => whenComplete(client, missed.has(client.chatId) ? 1 : 0)))
      }
    }
  }

  async #open({ url, count }: { url: string; count: number }): Promise<number[]> {
    const places = Array.from({ length: count }, (_, nth) => nth)
    this.#clients = await inParallel(places, 16, async (nth) => {
      const sdk = createSdk({ url, role: 'client', outbox: 'memory' })
      await sdk.login({ email: `client-${nth}@example.test`, name: `client ${nth}`, role: 'client' })
      const { chat } = await sdk.api.chats.create.mutate({})
      return { sdk, chatId: chat.id, follower: sdk.follow(chat.id) }
    })
    await waitFor(() => this.#clients.every((client) => isComplete(client, 0)), {
      timeoutMs: 120_000,
      what: 'all are live',
    })
    return this.#clients.map((client) => client.chatId)
  }
}

function whenComplete(client: ReconnectClient, entries: number): Promise<number> {
  return new Promise((resolve) => {
    const check = () => {
      if (!isComplete(client, entries)) return
      for (const stop of stops) stop()
      resolve(now())
    }
    const stops = [client.follower.subscribe(check), client.sdk.connection.subscribe(check)]
    check()
  })
}

function isComplete({ sdk, follower }: ReconnectClient, count: number): boolean {
  const { status, entries } = follower.getSnapshot()
  return status === 'live' && entries.length >= count && sdk.connection.getSnapshot().kind === 'online'
}
