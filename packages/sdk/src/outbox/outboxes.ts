import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { Calls } from '../calls.ts'
import { newId } from '../new-id.ts'
import type { SendOptions } from '../sdk.ts'
import { SdkError } from '../sdk-error.ts'
import { createStore, type Store } from '../store.ts'
import type { Browser } from './browser.ts'
import { ChatOutbox } from './chat-outbox.ts'
import type { Notice } from './notices.ts'
import type { OutboxState } from './outbox-state.ts'
import { createDeviceShelf, createMemoryShelf, type Shelf } from './shelf.ts'

export type OutboxesOptions = {
  /** Two servers may have a user of the same number. */
  readonly server: string
  readonly timeoutMs: number
  /** Null: messages wait in memory. */
  readonly browser: Browser | null
}

const kept: OutboxState = { kept: true }
const notKept: OutboxState = { kept: false }

/**
 * The outboxes of one program, a chat each, for one account at a time. What is written before the user is known waits
 * in memory for it, because nobody may send it as somebody else.
 */
export class Outboxes {
  readonly state: Store<OutboxState>
  readonly #state
  readonly #calls: Calls
  readonly #options: OutboxesOptions
  readonly #outboxes = new Map<ChatId, ChatOutbox>()
  #userId: UserId | null = null
  #isSure = false
  #shelf: Shelf | null

  constructor(calls: Calls, options: OutboxesOptions) {
    this.#calls = calls
    this.#options = options
    this.#shelf = options.browser === null ? createMemoryShelf() : null
    this.#state = createStore(options.browser === null ? notKept : kept)
    this.state = this.#state
  }

  of(chatId: ChatId): ChatOutbox {
    const known = this.#outboxes.get(chatId)
    if (known !== undefined) return known
    const onIdle = () => {
      if (this.#outboxes.get(chatId) === outbox) this.#outboxes.delete(chatId)
      outbox.close()
    }
    const { timeoutMs } = this.#options
    const maySend = () => this.#userId === null || this.#isSure
    const outbox = new ChatOutbox(this.#calls, { chatId, timeoutMs, shelf: this.#shelf, maySend, onIdle })
    outbox.queue.subscribe(() => this.#queueChanged())
    this.#outboxes.set(chatId, outbox)
    return outbox
  }

  /** Rejects with `SdkError` when it is refused for good, or with the signal's reason. */
  async send(chatId: ChatId, text: string, { clientMsgId = newId(), signal }: SendOptions): Promise<Message> {
    signal?.throwIfAborted()
    const outbox = this.of(chatId)
    const waiting = outbox.queue.getSnapshot().find((item) => item.clientMsgId === clientMsgId)
    if (waiting !== undefined && waiting.text !== text) throw new SdkError('client_msg_id_reused')
    const outcome = outbox.outcome(clientMsgId, signal)
    outbox.add({ clientMsgId, text, createdAt: new Date().toISOString() })
    return await outcome
  }

  /** Who the user of this session is. Unless it is sure, messages are shown, and none leaves. */
  know(userId: UserId, isSure: boolean): void {
    if (this.#userId !== userId && this.#userId !== null) this.leave()
    this.#userId = userId
    this.#open(userId)
    if (!isSure || this.#isSure) return
    this.#isSure = true
    for (const outbox of this.#outboxes.values()) outbox.goOn()
  }

  /**
   * A new session began. Messages of the user who had the last one are no business of another. What was written while
   * nobody was signed in belongs to who signs in now; where somebody unknown may have written it, it is held until the
   * person says whether it is to be sent.
   */
  begin(userId: UserId, { isOwn }: { isOwn: boolean }): void {
    if (this.#userId !== userId && this.#userId !== null) this.leave()
    if (this.#userId === null && !isOwn) for (const outbox of this.#outboxes.values()) outbox.hold()
    // A page that only signs in shows no messages, and need not look for them.
    if (this.#outboxes.size > 0) this.know(userId, true)
  }

  /** The user signed out: nothing is shown or sent, and what is kept waits until the same user is back. */
  leave(): void {
    this.#userId = null
    this.#isSure = false
    for (const outbox of this.#outboxes.values()) outbox.leaveAccount()
    this.#shelf?.close()
    this.#shelf = null
    if (this.#options.browser === null) this.#use(createMemoryShelf())
  }

  close(): void {
    for (const outbox of this.#outboxes.values()) outbox.close()
    this.#shelf?.close()
    this.#shelf = null
  }

  #open(userId: UserId): void {
    const { browser, server } = this.#options
    if (browser === null || this.#shelf !== null) return
    this.#state.set(kept)
    const shelf = this.#deviceShelf(browser, `${server} ${userId}`)
    this.#use(shelf)
    void this.#wakeAll(shelf)
  }

  #use(shelf: Shelf): void {
    this.#shelf = shelf
    for (const outbox of this.#outboxes.values()) outbox.use(shelf)
  }

  #deviceShelf(browser: Browser, account: string): Shelf {
    const shelf = createDeviceShelf({
      account,
      browser,
      onKept: (isKept) => this.#state.set(isKept ? kept : notKept),
      onRestored: () => void this.#restored(shelf),
      onNotice: (notice) => this.#noticed(notice),
    })
    return shelf
  }

  /** The database opened late: what an earlier page left there is shown and sent now. */
  async #restored(shelf: Shelf): Promise<void> {
    if (shelf !== this.#shelf) return
    for (const outbox of this.#outboxes.values()) outbox.told([])
    await this.#wakeAll(shelf)
  }

  /** Also what waits in chats that nobody follows is sent. */
  async #wakeAll(shelf: Shelf): Promise<void> {
    const chatIds = await shelf.chats()
    if (shelf === this.#shelf) for (const chatId of chatIds) this.of(chatId)
  }

  #noticed({ chatId, stored }: Notice): void {
    this.of(chatId).told(stored)
  }

  #queueChanged(): void {
    const isWaiting = [...this.#outboxes.values()].some((outbox) => outbox.queue.getSnapshot().length > 0)
    if (this.#shelf === null && isWaiting) this.#state.set(notKept)
  }
}
