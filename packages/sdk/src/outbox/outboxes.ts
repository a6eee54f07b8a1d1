import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { SdkError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { SendOptions } from '../base/options.ts'
import { createStore, type Store } from '../base/store.ts'
import type { ServerApi } from '../server-api.ts'
import { type AccountStore, createDeviceAccountStore, createMemoryAccountStore } from './account-store.ts'
import { ChatOutbox } from './chat-outbox.ts'
import { FileMessages } from './files/file-messages.ts'
import { FileNotes } from './files/file-notes.ts'
import type { FileOutbox, FileOutboxOptions } from './files/file-outbox.ts'
import { checkFiles } from './files/files-to-send.ts'
import type { OutboxState } from './pending-message.ts'
import { heldAfterMs } from './queue-state.ts'
import { type Notice, Notices } from './storage/between-tabs.ts'
import type { Browser } from './storage/browser.ts'

export type OutboxesOptions = {
  /** Part of the account's name: two servers may have a user with the same id. */
  readonly server: string
  readonly sendTimeoutMs: number
  /** Null: messages are queued in memory. */
  readonly browser: Browser | null
  /** Loads the code for messages with files. */
  openFileOutbox(options: FileOutboxContext): Promise<FileOutbox>
}

/** All but what its own code makes: what is loaded here anyway is given to it, so that bundles do not split it off. */
export type FileOutboxContext = Pick<
  FileOutboxOptions,
  'account' | 'notes' | 'notices' | 'heldAfterMs' | 'outboxOf' | 'maySend'
> & {
  readonly browser: Browser | null
}

const kept: OutboxState = { kept: true }
const notKept: OutboxState = { kept: false }

/**
 * The outboxes of one program, one per chat, for one account at a time. Messages written before the user is known wait
 * in memory, because they must not be sent as another user.
 */
export class Outboxes {
  readonly state: Store<OutboxState>
  readonly #state
  readonly #serverApi: ServerApi
  readonly #options: OutboxesOptions
  readonly #outboxes = new Map<ChatId, ChatOutbox>()
  #userId: UserId | null = null
  #isSure = false
  #isClosed = false
  #accountStore: AccountStore | null
  readonly #fileMessages: FileMessages

  constructor(serverApi: ServerApi, options: OutboxesOptions) {
    this.#serverApi = serverApi
    this.#options = options
    this.#accountStore = options.browser === null ? createMemoryAccountStore() : null
    this.#state = createStore(options.browser === null ? notKept : kept)
    this.state = this.#state
    this.#fileMessages = new FileMessages({
      load: (account) => this.#openFileOutbox(account),
      show: (chatId, message) => {
        const outbox = this.of(chatId)
        outbox.setFiles([...outbox.fileMessages.getSnapshot(), message])
      },
      texts: options.browser?.localStorage,
    })
    if (options.browser === null) this.#fileMessages.use('')
  }

  of(chatId: ChatId): ChatOutbox {
    const known = this.#outboxes.get(chatId)
    if (known !== undefined) return known
    const onIdle = () => {
      this.#outboxes.delete(chatId)
      outbox.close()
    }
    const { sendTimeoutMs } = this.#options
    const outbox = new ChatOutbox(this.#serverApi, {
      chatId,
      sendTimeoutMs,
      accountStore: this.#accountStore,
      maySend: () => this.#maySend(),
      onIdle,
      fileMessages: {
        add: (message) => this.#fileMessages.add(chatId, message),
        act: (clientMsgId, act) => this.#fileMessages.act(chatId, clientMsgId, act),
      },
    })
    outbox.queue.subscribe(() => this.#queueChanged())
    this.#outboxes.set(chatId, outbox)
    return outbox
  }

  /** Resolves with the stored message. Rejects with `SdkError`, or with the signal's reason. */
  async send(chatId: ChatId, text: string, options: SendOptions): Promise<Message> {
    const { clientMsgId = newId(), files = [], signal } = options
    signal?.throwIfAborted()
    checkFiles(files)
    const outbox = this.of(chatId)
    const waiting = outbox.find(clientMsgId)
    if (waiting !== undefined && waiting.text !== text) throw new SdkError('client_msg_id_reused')
    const outcome = outbox.outcome(clientMsgId, signal)
    outbox.add({ clientMsgId, text, createdAt: new Date().toISOString(), files })
    return await outcome
  }

  /** Sets the user of this session. Unless `isSure`, messages are shown, and none is sent. */
  setUser(userId: UserId, isSure: boolean): void {
    if (this.#userId !== userId && this.#userId !== null) this.endSession()
    this.#userId = userId
    this.#open(userId)
    if (!isSure || this.#isSure) return
    this.#isSure = true
    for (const outbox of this.#outboxes.values()) outbox.resumeSending()
    this.#fileMessages.resume()
  }

  /**
   * A new session began. Messages of another user are no longer shown or sent. Messages written while nobody was signed
   * in belong to the new user if `isOwn`; otherwise an unknown user may have written them, and they are held until the
   * user decides.
   */
  startSession(userId: UserId, { isOwn }: { isOwn: boolean }): void {
    if (this.#userId !== userId && this.#userId !== null) this.endSession()
    if (this.#userId === null && !isOwn) {
      for (const outbox of this.#outboxes.values()) outbox.hold()
      this.#fileMessages.hold()
    }
    // A page that only signs in shows no messages, and need not read them.
    if (this.#outboxes.size > 0) this.setUser(userId, true)
  }

  /** The user signed out: nothing is shown or sent, and stored messages wait until the same user is back. */
  endSession(): void {
    this.#userId = null
    this.#isSure = false
    this.#fileMessages.leave()
    for (const outbox of this.#outboxes.values()) outbox.leaveAccount()
    this.#accountStore?.close()
    this.#accountStore = null
    if (this.#options.browser !== null) return
    this.#use(createMemoryAccountStore())
    this.#fileMessages.use('')
  }

  close(): void {
    this.#isClosed = true
    this.#fileMessages.leave()
    for (const outbox of this.#outboxes.values()) outbox.close()
    this.#accountStore?.close()
    this.#accountStore = null
  }

  #open(userId: UserId): void {
    const { browser, server } = this.#options
    if (browser === null || this.#accountStore !== null || this.#isClosed) return
    this.#state.set(kept)
    const accountStore = this.#deviceAccountStore(browser, `${server} ${userId}`)
    this.#use(accountStore)
    this.#fileMessages.use(`${server} ${userId}`)
    void this.#wakeAll(accountStore)
  }

  #maySend(): boolean {
    return this.#userId === null || this.#isSure
  }

  #openFileOutbox(account: string): Promise<FileOutbox> {
    const { browser, openFileOutbox } = this.#options
    return openFileOutbox({
      account,
      browser,
      notes: new FileNotes(browser?.localStorage ?? null, account),
      notices: (hear) => new Notices(browser?.BroadcastChannel ?? null, `deskbell-files:${account}`, hear),
      heldAfterMs,
      outboxOf: (chatId) => this.of(chatId),
      maySend: () => this.#maySend(),
    })
  }

  #use(accountStore: AccountStore): void {
    this.#accountStore = accountStore
    for (const outbox of this.#outboxes.values()) outbox.use(accountStore)
  }

  #deviceAccountStore(browser: Browser, account: string): AccountStore {
    const accountStore = createDeviceAccountStore({
      account,
      browser,
      onKept: (isKept) => this.#state.set(isKept ? kept : notKept),
      onRestored: () => void this.#restored(accountStore),
      onNotice: (notice) => this.#noticed(notice),
    })
    return accountStore
  }

  /** The database opened late: messages that an earlier page left there are shown and sent now. */
  async #restored(accountStore: AccountStore): Promise<void> {
    if (accountStore !== this.#accountStore) return
    for (const outbox of this.#outboxes.values()) outbox.onStoredElsewhere([])
    await this.#wakeAll(accountStore)
  }

  /** Also sends messages that are queued in chats that nobody follows. */
  async #wakeAll(accountStore: AccountStore): Promise<void> {
    const chatIds = await accountStore.chats()
    if (accountStore === this.#accountStore) for (const chatId of chatIds) this.of(chatId)
  }

  #noticed({ chatId, stored }: Notice): void {
    this.of(chatId).onStoredElsewhere(stored)
  }

  #queueChanged(): void {
    const isWaiting = [...this.#outboxes.values()].some((outbox) => outbox.queue.getSnapshot().length > 0)
    if (this.#accountStore === null && isWaiting) this.#state.set(notKept)
  }
}
