import type { ChatId } from '@deskbell/contract/ids'
import type { LoginOutput } from '@deskbell/contract/users'
import { type StockClient, stockClient } from '../probes/live-probe.ts'
import { waitFor } from '../wait-for.ts'
import { afterChatFrame, afterInboxFrame, type HybridView, withRow } from './hybrid-view.ts'

/** The cursors from which the streams resume. */
type Places = { inbox: string | null; chat: string | null }

/**
 * A program over a real socket: it loads a list and a chat, and then updates its view only by the frames of its
 * streams. `load` and `follow` are two calls, so that a program can be offline in between.
 */
export class HybridProgram implements Disposable {
  /** The host of the server, with its port. */
  readonly host: string
  readonly #stock: StockClient
  readonly #places: Places = { inbox: null, chat: null }
  readonly #running: { unsubscribe(): void }[] = []
  #view: HybridView = { log: null, rows: new Map(), counts: null }
  #chatId: ChatId | null = null
  #error: unknown

  constructor(wsUrl: string, { token }: LoginOutput) {
    this.host = new URL(wsUrl).host
    this.#stock = stockClient(wsUrl, token)
  }

  get client(): StockClient['client'] {
    return this.#stock.client
  }

  /** The current view. Throws the first error of its streams. */
  get view(): HybridView {
    if (this.#error !== undefined) throw this.#error
    return this.#view
  }

  /** Loads what a new program loads: the counts and the cursor of the inbox, then the list and the page of the chat. */
  async load(chatId: ChatId | null): Promise<this> {
    this.#chatId = chatId
    await this.#readInbox()
    const { items, nextCursor } = await this.client.chats.list.query({ status: 'all', limit: 100 })
    if (nextCursor !== null) throw new Error('The list has more than one page.')
    this.#view = { ...this.#view, rows: items.reduce(withRow, this.#view.rows) }
    if (chatId === null) return this
    const { entries, cursor, hasMore, ...marks } = await this.client.chats.page.query({ chatId, limit: 200 })
    if (hasMore) throw new Error('The log has more than one page.')
    this.#places.chat = cursor
    this.#view = { ...this.#view, log: { entries, ...marks } }
    return this
  }

  /** Opens the streams from the loaded cursors, and resolves when they are live. */
  async follow(): Promise<this> {
    const live = { inbox: false, chat: this.#chatId === null }
    this.#followInbox(() => (live.inbox = true))
    this.#followChat(() => (live.chat = true))
    await waitFor(() => this.#error !== undefined || (live.inbox && live.chat), { what: 'live streams' })
    return this
  }

  [Symbol.dispose](): void {
    for (const stream of this.#running) stream.unsubscribe()
    this.#stock.close()
  }

  #followInbox(onLive: () => void): void {
    const input = this.#places.inbox === null ? {} : { lastEventId: this.#places.inbox }
    const stream = this.client.inbox.events.subscribe(input, {
      onData: ({ data }) => {
        this.#fold(() => afterInboxFrame(this.#view, data))
        if (data.t === 'live') onLive()
      },
      onError: (error) => this.#fail(error),
    })
    this.#running.push(stream)
  }

  #followChat(onLive: () => void): void {
    if (this.#chatId === null || this.#places.chat === null) return
    const input = { chatId: this.#chatId, cursor: this.#places.chat }
    const stream = this.client.chats.events.subscribe(input, {
      onData: ({ data }) => {
        this.#fold(() => afterChatFrame(this.#view, data))
        if (data.t === 'live') onLive()
      },
      onError: (error) => this.#fail(error),
    })
    this.#running.push(stream)
  }

  #fail(error: unknown): void {
    this.#error ??= error
  }

  #fold(next: () => HybridView): void {
    try {
      this.#view = next()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The first frames of an inbox are its counts and `live`. The id of `live` is the cursor. */
  async #readInbox(): Promise<void> {
    let place: string | null = null
    const stream = this.client.inbox.events.subscribe(
      {},
      {
        onData: ({ id, data }) => {
          if (place !== null) return
          this.#fold(() => afterInboxFrame(this.#view, data))
          if (data.t === 'live') place = id
        },
        onError: (error) => this.#fail(error),
      },
    )
    this.#places.inbox = await waitFor(() => place, { what: 'the inbox' })
    stream.unsubscribe()
  }
}
