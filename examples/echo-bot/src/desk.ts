import { type Chat, type ChatFollower, errorCode, type Message, type Sdk } from '@deskbell/sdk'

export type DeskOptions = {
  chat: Chat
  log: (line: string) => void
  /** Called when no client message is left to answer. */
  onIdle: () => void
}

/**
 * Answers the client messages of one chat, each once and in order.
 *
 * The answer to message 7 always has the `clientMsgId` `echo-7`. After a crash, a lost answer or a second pass over the
 * same message, the server finds the first answer and stores no other. The chat is marked read only after an answer, so
 * the unread messages are those without one.
 */
export class Desk {
  readonly #sdk: Sdk
  readonly #options: DeskOptions
  readonly #follower: ChatFollower
  readonly #stopping = new AbortController()
  #work: Promise<void> | null = null
  #doneSeq = 0

  constructor(sdk: Sdk, options: DeskOptions) {
    this.#sdk = sdk
    this.#options = options
    this.#follower = sdk.follow(options.chat.id)
    this.#follower.subscribe(() => this.#look())
  }

  /** Reports whether no answer is being sent and every message up to `seq` has been answered. */
  hasAnswered(seq: number): boolean {
    return this.#work === null && this.#doneSeq > 0 && this.#doneSeq >= seq
  }

  /**
   * Aborts the answer that is being sent, and resolves when the work has ended. The next run answers what is unread.
   */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#follower.stop()
    await this.#work
  }

  #look(): void {
    const { status, entries } = this.#follower.getSnapshot()
    if (status !== 'live' || this.#work !== null || this.#stopping.signal.aborted) return
    if ((entries.at(-1)?.seq ?? 0) <= this.#doneSeq) return
    this.#work = this.#answerAll().finally(() => {
      this.#work = null
      if (this.#stopping.signal.aborted) return
      this.#options.onIdle()
      this.#look()
    })
  }

  async #answerAll(): Promise<void> {
    if (this.#doneSeq === 0) await this.#loadUnread()
    const { entries } = this.#follower.getSnapshot()
    const messages = messagesOf(this.#follower)
    const answered = new Set(messages.map((message) => message.clientMsgId))
    // A retracted message has no text and needs no answer.
    const open = messages.filter(({ direction, seq, id, text }) => {
      return direction === 'in' && text !== '' && seq > this.#doneSeq && !answered.has(echoId(id))
    })
    for (const message of open) await this.#answer(message)
    if (this.#stopping.signal.aborted) return
    this.#doneSeq = entries.at(-1)?.seq ?? 0
    this.#follower.markRead(this.#doneSeq)
  }

  /** Loads older pages until every unread message is loaded: some may be older than the newest page. */
  async #loadUnread(): Promise<void> {
    const { unread } = this.#options.chat
    const isEnough = () => messagesOf(this.#follower).filter(({ direction }) => direction === 'in').length >= unread
    while (this.#follower.getSnapshot().hasMore && !isEnough() && !this.#stopping.signal.aborted) {
      await this.#follower.loadOlder()
    }
  }

  /** Logs a refusal, such as `chat_closed`, and returns: it concerns this message only. */
  async #answer({ id, chatId, text }: Message): Promise<void> {
    const { signal } = this.#stopping
    if (signal.aborted) return
    try {
      await this.#sdk.send(chatId, text, { clientMsgId: echoId(id), signal })
      this.#options.log(`chat ${chatId}: answered message ${id}`)
    } catch (error) {
      if (!signal.aborted) this.#options.log(`chat ${chatId}: ${errorCode(error) ?? String(error)}`)
    }
  }
}

/** Derived from the id of the message, so it is the same after a restart. */
function echoId(messageId: Message['id']): string {
  return `echo-${messageId}`
}

function messagesOf(follower: ChatFollower): Message[] {
  return follower.getSnapshot().entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []))
}
