import type { Bus } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import type { ChatId } from '@deskbell/contract/ids'
import { typingAcceptMs } from '@deskbell/contract/limits'
import type { ChatGlance } from '@deskbell/db/queries/chats'
import { FadingMap } from './fading-map.ts'

export type TypingMemoryOptions = { bus: Bus; glance: (chatId: ChatId) => Promise<ChatGlance | undefined> }

/** Whose chat it is never changes and a hint tells of a close, so this bounds only what a lost hint costs. */
const chatKnownMs = 10_000
const entriesMax = 10_000

/** What keeps typing cheap: who told of it a moment ago, and which chats were looked up a moment ago. */
export class TypingMemory {
  readonly #options: TypingMemoryOptions
  readonly #told = new FadingMap<string, true>({ keepMs: typingAcceptMs, entriesMax })
  readonly #chats = new FadingMap<ChatId, Promise<ChatGlance | undefined>>({ keepMs: chatKnownMs, entriesMax })
  #unsubscribe: (() => void) | undefined

  constructor(options: TypingMemoryOptions) {
    this.#options = options
  }

  start(): void {
    this.#unsubscribe = this.#options.bus.subscribe((hint) => {
      // Also while the look is under way: it may have seen the chat as it was before.
      if (hint.t === 'chat') this.#chats.delete(hint.chatId)
    })
  }

  stop(): void {
    this.#unsubscribe?.()
  }

  /** True when somebody may not tell of typing in this chat again yet. */
  hasTold(actor: Actor, chatId: ChatId): boolean {
    return this.#told.get(keyOf(actor, chatId), performance.now()) === true
  }

  tell(actor: Actor, chatId: ChatId): void {
    this.#told.set(keyOf(actor, chatId), true, performance.now())
  }

  chat(chatId: ChatId): Promise<ChatGlance | undefined> {
    const known = this.#chats.get(chatId, performance.now())
    if (known !== undefined) return known
    const look = this.#options.glance(chatId)
    look.catch(() => this.#chats.delete(chatId))
    this.#chats.set(chatId, look, performance.now())
    return look
  }
}

function keyOf({ userId }: Actor, chatId: ChatId): string {
  return `${userId}:${chatId}`
}
