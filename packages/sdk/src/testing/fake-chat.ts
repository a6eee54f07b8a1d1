import { type ChatFrame, type LogEntry, logEntrySchema, type PageOutput } from '@deskbell/contract/events'
import { type ChatId, chatIdSchema, userIdSchema } from '@deskbell/contract/ids'
import type { Message, SendBatchOutput } from '@deskbell/contract/messages'
import { createStore } from '../base/store.ts'
import type { ServerApi, StreamHandlers } from '../server-api.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import { fakeServerApi } from './fake-server-api.ts'

type CallName = 'page' | 'sendBatch' | 'markRead' | 'markDelivered' | 'edit' | 'retract' | 'typing'

type FakeStream = { readonly cursor: string; readonly handlers: StreamHandlers<ChatFrame>; isOpen: boolean }

const none = { client: 0, operator: 0 }

/**
 * A server with one chat, whose client is the SDK's user: its log, the streams that were opened, and the calls that were
 * made. A test delivers what is written.
 */
export class FakeChat {
  readonly chatId: ChatId = chatIdSchema.parse(1)
  readonly client = userIdSchema.parse(1)
  readonly operator = userIdSchema.parse(2)
  readonly connection = createStore<ConnectionState>({ kind: 'online', via: 'socket' })
  readonly streams: FakeStream[] = []
  readonly calls: { name: CallName; input: unknown }[] = []
  /** What a call throws, until it is deleted. */
  readonly faults = new Map<CallName, unknown>()
  readonly serverApi: ServerApi
  #log: LogEntry[] = []
  #delivered = 0

  constructor(length: number) {
    for (let seq = 1; seq <= length; seq += 1) this.write()
    this.serverApi = fakeServerApi({
      connection: this.connection,
      isOwn: ({ userId }) => userId === this.client,
      page: (input) => this.#called('page', input, () => this.#page(input)),
      followChat: ({ cursor }, handlers) => this.#open(cursor, handlers),
      sendBatch: (input) => this.#called('sendBatch', input, () => this.#store(input.items)),
      markRead: (input) => this.#called('markRead', input),
      markDelivered: (input) => this.#called('markDelivered', input),
      edit: (input) => this.#called('edit', input),
      retract: (input) => this.#called('retract', input),
      typing: (input) => void this.#called('typing', input),
    })
  }

  get top(): number {
    return this.#log.length
  }

  /** The stream that was opened last. */
  get stream(): FakeStream {
    const stream = this.streams.at(-1)
    if (stream === undefined) throw new Error('No stream was opened.')
    return stream
  }

  inputsOf(name: CallName): unknown[] {
    return this.calls.flatMap((call) => (call.name === name ? [call.input] : []))
  }

  /** Appends a message to the log. */
  write(message: Partial<Message> = {}): Message {
    const seq = this.top + 1
    const createdAt = '2026-01-01T00:00:00.000Z'
    const fixed = { chatId: this.chatId, userId: this.client, direction: 'in', type: 'text', text: 'x', status: 'new' }
    const whole = { ...fixed, id: seq, seq, clientMsgId: null, createdAt, ...message }
    const entry = logEntrySchema.parse({ seq, at: createdAt, actor: null, kind: 'message', message: whole })
    this.#log.push(entry)
    if (entry.kind !== 'message') throw new Error('It is a message.')
    return entry.message
  }

  writeOfOperator(): Message {
    return this.write({ userId: this.operator, direction: 'out' })
  }

  /** Delivers what was written. */
  deliver(): void {
    const events = this.#log.slice(this.#delivered)
    this.#delivered = this.top
    this.frame({ t: 'ev', events })
  }

  /** Says how far the log goes, after everything was delivered. */
  goLive(): void {
    this.frame({ t: 'live', top: this.top })
  }

  /** A closed stream delivers nothing. */
  frame(frame: ChatFrame): void {
    if (this.stream.isOpen) this.stream.handlers.frame(`e:${this.#delivered}`, frame)
  }

  #open(cursor: string, handlers: StreamHandlers<ChatFrame>): () => void {
    const stream: FakeStream = { cursor, handlers, isOpen: true }
    this.streams.push(stream)
    this.#delivered = Number(cursor.split(':')[1])
    return () => {
      stream.isOpen = false
    }
  }

  async #called(name: CallName, input: unknown): Promise<void>
  async #called<T>(name: CallName, input: unknown, answer: () => T): Promise<T>
  async #called<T>(name: CallName, input: unknown, answer?: () => T): Promise<T | undefined> {
    this.calls.push({ name, input })
    if (this.faults.has(name)) throw this.faults.get(name)
    return answer?.()
  }

  #page({ beforeSeq = this.top + 1, limit }: { beforeSeq?: number; limit: number }): PageOutput {
    const from = Math.max(0, beforeSeq - 1 - limit)
    const entries = this.#log.slice(from, beforeSeq - 1)
    return { entries, cursor: `e:${beforeSeq - 1}`, hasMore: from > 0, read: none, delivered: none }
  }

  #store(items: readonly { text: string; clientMsgId: string }[]): SendBatchOutput {
    const outcome = (item: { text: string; clientMsgId: string }) => ({
      clientMsgId: item.clientMsgId,
      message: this.write(item),
      duplicate: false,
    })
    return { items: items.map(outcome) }
  }
}
