import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChatId } from '@deskbell/contract/ids'
import { createSdk, errorCode, type Sdk } from '@deskbell/sdk'
import { DelayHistogram, type HistogramCounts } from '../../history/delay-histogram.ts'
import { inParallel } from '../in-parallel.ts'

export type NeighbourOrder =
  /** One client with one socket, which writes for so long, one message after the other. Answers its delays. */
  | { t: 'write'; url: string; seconds: number }
  /** Operators with so many sockets each, and so many calls in flight on each socket, until `rest`. */
  | { t: 'greed'; url: string; accounts: number; sockets: number; calls: number; kind: GreedKind }
  | { t: 'rest' }

/** What the greedy accounts do: read long pages, open chats, close and reopen chats, or follow chats again and again. */
export const greedKinds = ['reads', 'creates', 'changes', 'streams'] as const
export type GreedKind = (typeof greedKinds)[number]

export type WriteReading = { sent: number; refused: number; sends: HistogramCounts; reads: HistogramCounts }
export type GreedReading = { answered: number; refused: number }

const pauseMs = 20
const filledChats = 8
const messagesEach = 60

/** Accounts that ask for more than anybody needs, and one that does not. */
export class NeighbourClients {
  #isGreedy = false
  #greed: Promise<unknown> = Promise.resolve()
  #reading: GreedReading = { answered: 0, refused: 0 }

  async obey(order: NeighbourOrder): Promise<WriteReading | GreedReading> {
    switch (order.t) {
      case 'write':
        return await write(order)
      case 'greed':
        await this.#begin(order)
        return this.#reading
      case 'rest':
        this.#isGreedy = false
        await this.#greed
        return this.#reading
    }
  }

  async #begin({ url, accounts, sockets, calls, kind }: Extract<NeighbourOrder, { t: 'greed' }>): Promise<void> {
    this.#isGreedy = true
    this.#reading = { answered: 0, refused: 0 }
    const places = Array.from({ length: accounts * sockets }, (_, nth) => nth)
    const sdks = await inParallel(places, 4, (nth) => signIn(url, 'operator', nth % accounts))
    const first = sdks[0]
    if (first === undefined) throw new Error('There is nobody who could be greedy.')
    const chatIds = await fillChats(first)
    const lines = sdks.flatMap((sdk) => Array.from({ length: calls }, () => sdk))
    this.#greed = Promise.all(lines.map((sdk, nth) => this.#ask(greeds[kind](sdk, chatIds, nth)))).finally(() => {
      for (const sdk of sdks) sdk.close()
    })
  }

  async #ask(call: (turn: number) => Promise<unknown>): Promise<void> {
    for (let turn = 0; this.#isGreedy; turn += 1) {
      try {
        await call(turn)
        this.#reading.answered += 1
      } catch (error) {
        this.#reading.refused += 1
        if (errorCode(error) === null) throw error
        await delay(pauseMs)
      }
    }
  }
}

type Greed = (sdk: Sdk, chatIds: readonly ChatId[], nth: number) => (turn: number) => Promise<unknown>

const greeds: Record<GreedKind, Greed> = {
  reads: ({ api }, chatIds, nth) => {
    return (turn) => {
      const chatId = at(chatIds, turn + nth)
      if (turn % 3 === 0) return api.chats.list.query({ limit: 100 })
      return turn % 3 === 1 ? api.messages.list.query({ chatId, limit: 200 }) : api.chats.page.query({ chatId })
    }
  },
  creates: ({ api }, _chatIds, nth) => {
    return (turn) => api.chats.create.mutate({ email: `visitor-${nth}-${turn % 10}@example.test`, name: 'visitor' })
  },
  changes: ({ api }, chatIds, nth) => {
    const chatId = at(chatIds, nth)
    return (turn) => (turn % 2 === 0 ? api.chats.close.mutate({ chatId }) : api.chats.reopen.mutate({ chatId }))
  },
  streams: (sdk, chatIds, nth) => (turn) => followOnce(sdk, at(chatIds, turn + nth)),
}

/** Until the first frame. */
function followOnce({ api }: Sdk, chatId: ChatId): Promise<void> {
  return new Promise((resolve, reject) => {
    const following = api.chats.events.subscribe(
      { chatId },
      {
        onData() {
          following.unsubscribe()
          resolve()
        },
        onError: reject,
      },
    )
  })
}

async function fillChats(operator: Sdk): Promise<ChatId[]> {
  const places = Array.from({ length: filledChats }, (_, nth) => nth)
  const text = 'A message of a usual length, which somebody has to read. '.repeat(2)
  return await inParallel(places, 4, async (nth) => {
    const { chat } = await operator.api.chats.create.mutate({ email: `filled-${nth}@example.test`, name: 'filled' })
    for (let sent = 0; sent < messagesEach; sent += 20) {
      const items = Array.from({ length: 20 }, (_, item) => ({ clientMsgId: `${sent + item}`, text }))
      await operator.api.messages.sendBatch.mutate({ chatId: chat.id, items })
    }
    return chat.id
  })
}

/** Reads a page after each message, as a person does who looks into a chat. */
async function write({ url, seconds }: Extract<NeighbourOrder, { t: 'write' }>): Promise<WriteReading> {
  const sdk = await signIn(url, 'client', 0)
  const [sends, reads] = [new DelayHistogram(), new DelayHistogram()]
  let [sent, refused] = [0, 0]
  const timed = async (delays: DelayHistogram, call: () => Promise<unknown>) => {
    const startedAt = performance.now()
    await call().catch((error: unknown) => {
      if (errorCode(error) === null) throw error
      refused += 1
    })
    delays.add(performance.now() - startedAt)
  }
  const { chat } = await sdk.api.chats.create.mutate({})
  const endAt = performance.now() + seconds * 1_000
  while (performance.now() < endAt) {
    sent += 1
    const clientMsgId = randomUUID()
    await timed(sends, () => sdk.api.messages.send.mutate({ chatId: chat.id, clientMsgId, text: 'hello' }))
    await timed(reads, () => sdk.api.chats.page.query({ chatId: chat.id, limit: 20 }))
    await delay(pauseMs)
  }
  sdk.close()
  return { sent, refused, sends: sends.toCounts(), reads: reads.toCounts() }
}

async function signIn(url: string, role: 'client' | 'operator', nth: number): Promise<Sdk> {
  const sdk = createSdk({ url, role, outbox: 'memory' })
  await sdk.login({ email: `${role}-${nth}@example.test`, name: `${role} ${nth}`, role })
  return sdk
}

function at<T>(items: readonly T[], nth: number): T {
  const item = items[nth % items.length]
  if (item === undefined) throw new Error('There is nothing to choose from.')
  return item
}
