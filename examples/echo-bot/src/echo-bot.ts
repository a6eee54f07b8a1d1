import {
  type Chat,
  type ChatId,
  createSdk,
  errorCode,
  type InboxFollower,
  isRetryable,
  type Sdk,
  type UserId,
} from '@deskbell/sdk'
import { Desk } from './desk.ts'

export type EchoBotOptions = {
  /** The address of the server: `http://localhost:8080`. */
  url: string
  email: string
  name: string
  log: (line: string) => void
}

export type EchoBot = AsyncDisposable & { stop(): Promise<void> }

/**
 * Signs in as an operator, takes every open chat without an operator, and echoes each client message once. Rejects when
 * the sign-in fails.
 */
export async function startEchoBot({ url, email, name, log }: EchoBotOptions): Promise<EchoBot> {
  const sdk = createSdk({ url, role: 'operator' })
  const { user } = await sdk.login({ email, name, role: 'operator' })
  const bot = new Bot(sdk, { userId: user.id, log })
  bot.start()
  const stop = () => bot.stop()
  return { stop, [Symbol.asyncDispose]: stop }
}

/** A socket carries 16 streams, and the inbox uses one of them. Further chats wait until a desk is idle. */
const desksMax = 12

const retryMs = 2_000

class Bot {
  readonly #sdk: Sdk
  readonly #userId: UserId
  readonly #log: (line: string) => void
  readonly #inbox: InboxFollower
  readonly #desks = new Map<ChatId, Desk>()
  readonly #waiting = new Map<ChatId, Chat>()
  /** The row of each chat that was processed last. */
  readonly #seen = new Map<ChatId, Chat>()
  readonly #work = new Set<Promise<void>>()
  #generation = -1
  #stopped = false

  constructor(sdk: Sdk, { userId, log }: { userId: UserId; log: (line: string) => void }) {
    this.#sdk = sdk
    this.#userId = userId
    this.#log = log
    this.#inbox = sdk.inbox()
  }

  start(): void {
    this.#inbox.subscribe(() => this.#look())
    this.#look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#inbox.stop()
    await Promise.all([...this.#desks.values()].map((desk) => desk.stop()))
    this.#sdk.close()
    await Promise.all([...this.#work])
  }

  /**
   * The inbox reports only changes. Existing chats come from the list, which is loaded at the start and after every
   * reset.
   */
  #look(): void {
    if (this.#stopped) return
    const { status, rows, generation } = this.#inbox.getSnapshot()
    if (status === 'live' && generation !== this.#generation) {
      this.#generation = generation
      this.#do(this.#loadList(), () => {
        this.#generation = -1
      })
    }
    for (const row of rows.values()) this.#lookAt(row)
  }

  #lookAt(row: Chat): void {
    if (this.#seen.get(row.id) === row) return
    this.#seen.set(row.id, row)
    if (row.status === 'closed') {
      this.#leave(row.id)
      return
    }
    if (row.operator === null) {
      this.#do(this.#take(row.id), () => this.#seen.delete(row.id))
      return
    }
    if (row.operator.id !== this.#userId) {
      this.#leave(row.id)
      return
    }
    if (row.unread > 0) this.#serve(row)
  }

  async #loadList(): Promise<void> {
    let cursor: string | undefined
    do {
      const page = await this.#loadPage(cursor)
      this.#inbox.put(page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined && !this.#stopped)
  }

  #loadPage(cursor: string | undefined) {
    return this.#sdk.api.chats.list.query({ limit: 100, status: 'open', ...(cursor !== undefined && { cursor }) })
  }

  async #take(chatId: ChatId): Promise<void> {
    const { chat } = await this.#sdk.api.chats.assignOperator.mutate({ chatId })
    this.#inbox.put([chat])
  }

  #serve(chat: Chat): void {
    if (this.#desks.has(chat.id)) return
    this.#waiting.set(chat.id, chat)
    this.#fillDesks()
  }

  /** Gives each waiting chat a free desk, or that of a chat in which everything is answered. */
  #fillDesks(): void {
    for (const [chatId, chat] of this.#waiting) {
      if (this.#desks.size >= desksMax && !this.#freeDesk()) return
      this.#waiting.delete(chatId)
      this.#desks.set(chatId, new Desk(this.#sdk, { chat, log: this.#log, onIdle: () => this.#fillDesks() }))
    }
  }

  /**
   * Stops a desk that has answered everything. A row may report a message before the chat's own stream delivers it;
   * such a desk is not free yet.
   */
  #freeDesk(): boolean {
    const free = [...this.#desks].find(([chatId, desk]) => desk.hasAnswered(this.#seen.get(chatId)?.lastSeq ?? 0))
    if (free !== undefined) this.#leave(free[0])
    return free !== undefined
  }

  #leave(chatId: ChatId): void {
    this.#waiting.delete(chatId)
    const desk = this.#desks.get(chatId)
    this.#desks.delete(chatId)
    if (desk !== undefined) this.#do(desk.stop(), () => {})
  }

  /**
   * Logs an error: another operator may have been faster. If it is retryable, `again` makes the next poll try once
   * more.
   */
  #do(work: Promise<void>, again: () => void): void {
    const done = work
      .catch((error: unknown) => {
        if (this.#stopped) return
        this.#log(errorCode(error) ?? String(error))
        if (!isRetryable(errorCode(error))) return
        again()
        setTimeout(() => this.#look(), retryMs).unref()
      })
      .finally(() => this.#work.delete(done))
    this.#work.add(done)
  }
}
