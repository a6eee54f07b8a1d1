import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { createSdk, errorCode, isRetryable, type Sdk } from '@deskbell/sdk'
import type { Action } from '@deskbell/testkit/history/history-line'
import { now } from '../clock.ts'
import { DelayHistogram, type HistogramCounts } from '../history/delay-histogram.ts'
import type { Fact, Recorder } from '../history/history-file.ts'
import type { Random } from '../seeded-random.ts'
import { ChatWatch } from './chat-watch.ts'
import { CuttingFetch } from './cutting-fetch.ts'
import { InboxWatch } from './inbox-watch.ts'
import type { Expected, UserSpec } from './orders.ts'
import { probedSocket } from './wire-probe.ts'

type Invoke = Omit<Extract<Fact, { t: 'invoke' }>, 't' | 'op'>

export type SimulatedUserReport = {
  sends: number
  acknowledged: number
  refused: number
  applied: number
  files: number
  cuts: { inflicted: number; seen: number }
  ack: HistogramCounts
  deliver: HistogramCounts
}

/** How long a call that is no send may take before its outcome counts as unknown. */
const callTimeoutMs = 8_000

/** One user with one SDK, over all rounds of a run. Records every call and everything that is shown. */
export class SimulatedUser {
  readonly who: string
  readonly role: UserSpec['role']
  readonly sdk: Sdk
  readonly record: Recorder
  /** Sends its messages with files. */
  files: SendsFiles | undefined
  readonly #cutting = new CuttingFetch(Math.random)
  #tally = newTally()
  readonly #watches = new Map<ChatId, ChatWatch>()
  readonly #sentAt = new Map<string, number>()
  readonly #inbox: InboxWatch
  readonly url: string
  userId = 0
  token = ''
  /** Chats of other clients, which a client must not reach. */
  foreign: readonly ChatId[] = []
  /** Whose messages are not timed. */
  slow: ReadonlySet<string> = new Set()
  #calls = 0
  #open = 0

  constructor(spec: UserSpec, record: Recorder) {
    this.who = spec.who
    this.role = spec.role
    this.url = spec.url
    this.record = record
    this.sdk = createSdk({
      url: spec.url,
      role: spec.role,
      outbox: 'memory',
      fetch: this.#cutting.fetch,
      WebSocket: probedSocket(record, spec.who),
    })
    this.#inbox = new InboxWatch(record)
  }

  get isSlow(): boolean {
    return this.slow.has(this.who)
  }

  async signIn(): Promise<void> {
    const { who, role } = this
    const { user, token } = await this.sdk.login({ email: `${who}@example.test`, name: who, role })
    this.userId = user.id
    this.token = token
    this.introduce()
    this.#inbox.watch(this.sdk.inbox())
  }

  /** Every history begins with who is who. */
  introduce(): void {
    this.record({ t: 'actor', userId: this.userId, role: this.role })
  }

  async openChat(clientChatId: string): Promise<ChatId> {
    const { chat } = await this.sdk.api.chats.create.mutate({ clientChatId }, timeout())
    return chat.id
  }

  follow(chatId: ChatId): void {
    const onApplied = (message: Message, sentAt: number) => this.#applied(message, sentAt)
    this.#watches.set(chatId, new ChatWatch(this.sdk.follow(chatId), { chatId, record: this.record, onApplied }))
  }

  get chats(): readonly ChatId[] {
    return [...this.#watches.keys()]
  }

  watchOf(chatId: ChatId): ChatWatch | undefined {
    return this.#watches.get(chatId)
  }

  /** Actions that have not ended. */
  get open(): number {
    return this.#open + [...this.#watches.values()].reduce((sum, watch) => sum + watch.waiting, 0)
  }

  newMessageId(): string {
    this.#calls += 1
    return `${this.who}-${this.#calls}`
  }

  /** Sends as a page does: the message is shown at once, and its end is seen in the log. */
  show(chatId: ChatId, id: string): void {
    this.countSend(id)
    this.#watches.get(chatId)?.show(id, `${id} ${now()}`)
  }

  /** Sends as a program does: waits for the answer. */
  async send(chatId: ChatId, id: string): Promise<void> {
    this.countSend(id)
    const text = `${id} ${now()}`
    await this.call({ action: 'send', chatId, id }, async () => {
      const message = await this.sdk.send(chatId, text, { clientMsgId: id })
      this.acknowledge(id)
      return message.seq
    })
  }

  /** Does something and writes down how it went. `work` answers the place in the log, or a text of the answer, or neither. */
  async call(invoke: Invoke, work: () => Promise<number | string | StoredFiles | null>): Promise<void> {
    this.#calls += 1
    const op = `${this.who}/${this.#calls}`
    this.record({ t: 'invoke', op, ...invoke })
    this.#open += 1
    try {
      const result = await work()
      if (isStoredFiles(result)) this.#tally.files += result.files.length
      this.record({ t: 'ok', op, ...detailOf(result) })
    } catch (error) {
      this.#failed(op, invoke.action, error)
    } finally {
      this.#open -= 1
    }
  }

  /** Empty when everything is seen as expected; otherwise what is not. */
  differences({ chats, online, rows, counts }: Expected): string[] {
    const behind = chats.flatMap((chat) => {
      const watch = [...this.#watches].find(([id]) => id === chat.chatId)?.[1]
      const missing = watch === undefined ? 'is not followed' : watch.missing(chat, online && this.role === 'operator')
      return missing === null ? [] : [`${this.who} on chat ${chat.chatId} ${missing}`]
    })
    return [...behind, ...this.#inbox.differences(rows, counts).map((difference) => `${this.who}: ${difference}`)]
  }

  recordRest(): void {
    for (const watch of this.#watches.values()) watch.recordWindow()
    this.#inbox.recordRest()
  }

  /** Since this was asked last. */
  takeReport(): SimulatedUserReport {
    const { ack, deliver, ...tally } = this.#tally
    this.#tally = newTally()
    const cuts = this.#cutting.takeCuts()
    return { ...tally, cuts, ack: ack.toCounts(), deliver: deliver.toCounts() }
  }

  endRound(): void {
    for (const watch of this.#watches.values()) watch.stop()
    this.#watches.clear()
    this.#sentAt.clear()
    this.files?.endRound()
  }

  countSend(id: string): void {
    this.#tally.sends += 1
    this.#sentAt.set(id, now())
  }

  #applied(message: Message, sentAt: number): void {
    this.#tally.applied += 1
    const [id = ''] = message.text.split(' ')
    if (!this.slow.has(id.slice(0, id.lastIndexOf('-')))) this.#tally.deliver.add(now() - sentAt)
    if (message.userId === this.userId && message.clientMsgId !== null) this.acknowledge(message.clientMsgId)
  }

  /** By the answer or by the log, whichever came first. */
  acknowledge(id: string): void {
    const sentAt = this.#sentAt.get(id)
    if (sentAt === undefined) return
    this.#sentAt.delete(id)
    this.#tally.acknowledged += 1
    this.#tally.ack.add(now() - sentAt)
  }

  #failed(op: string, action: Action, error: unknown): void {
    const code = errorCode(error)
    if (code === null || isRetryable(code)) {
      this.record({ t: 'info', op })
      return
    }
    if (action === 'send') this.#tally.refused += 1
    this.record({ t: 'fail', op, code })
  }
}

function newTally() {
  const delays = { ack: new DelayHistogram(), deliver: new DelayHistogram() }
  return { sends: 0, acknowledged: 0, refused: 0, applied: 0, files: 0, ...delays }
}

type SendsFiles = {
  /** False when that is not possible now. */
  begin(chatId: ChatId, random: Random): boolean
  endRound(): void
}

/** The answer to a send with files: its place, and the ids of its attachments. */
type StoredFiles = { seq: number; files: readonly string[] }

function isStoredFiles(result: number | string | StoredFiles | null): result is StoredFiles {
  return typeof result === 'object' && result !== null
}

function detailOf(result: number | string | StoredFiles | null): { seq?: number; answer?: string } {
  if (typeof result === 'number') return { seq: result }
  if (typeof result === 'string') return { answer: result }
  return result ?? {}
}

export function timeout(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(callTimeoutMs) }
}
