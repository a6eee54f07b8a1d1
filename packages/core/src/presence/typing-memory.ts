import type { Bus } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import type { ChatId } from '@deskbell/contract/ids'
import { typingAcceptMs } from '@deskbell/contract/limits'
import type { ChatSummary } from '@deskbell/db/queries/chats/chats'
import { ExpiringMap } from './expiring-map.ts'

export type TypingMemoryOptions = { bus: Bus; readChat: (chatId: ChatId) => Promise<ChatSummary | undefined> }

/** A hint reports every change of a chat, so this limits only how long a lost hint has an effect. */
const chatKnownMs = 10_000
const entriesMax = 10_000

/** Makes typing cheap: it remembers who published typing lately, and the chats that were read lately. */
export class TypingMemory {
  readonly #options: TypingMemoryOptions
  readonly #published = new ExpiringMap<string, true>({ keepMs: typingAcceptMs, entriesMax })
  readonly #chats = new ExpiringMap<ChatId, Promise<ChatSummary | undefined>>({ keepMs: chatKnownMs, entriesMax })
  #unsubscribe: (() => void) | undefined

  constructor(options: TypingMemoryOptions) {
    this.#options = options
  }

  start(): void {
    this.#unsubscribe = this.#options.bus.subscribe((hint) => {
      // Also drops a read that is still running, because it may return the chat as it was before.
      if (hint.t === 'chat') this.#chats.delete(hint.chatId)
    })
  }

  stop(): void {
    this.#unsubscribe?.()
  }

  /** Reports whether it is too early for this user to publish typing in this chat again. */
  hasPublished(actor: Actor, chatId: ChatId): boolean {
    return this.#published.get(keyOf(actor, chatId), performance.now()) === true
  }

  markPublished(actor: Actor, chatId: ChatId): void {
    this.#published.set(keyOf(actor, chatId), true, performance.now())
  }

  chat(chatId: ChatId): Promise<ChatSummary | undefined> {
    return this.#chats.get(chatId, performance.now()) ?? this.readChat(chatId)
  }

  /** Reads the chat again, because it may have moved to another client. */
  readChat(chatId: ChatId): Promise<ChatSummary | undefined> {
    const read = this.#options.readChat(chatId)
    read.catch(() => this.#chats.delete(chatId))
    this.#chats.set(chatId, read, performance.now())
    return read
  }
}

function keyOf({ userId }: Actor, chatId: ChatId): string {
  return `${userId}:${chatId}`
}
