import type { ChatId } from '@deskbell/contract/ids'
import type { PendingMessage } from '../pending-message.ts'
import type { TextStore } from '../storage/browser.ts'
import { FileNotes } from './file-notes.ts'
import type { FileOutbox } from './file-outbox.ts'
import type { FileAct } from './files-to-send.ts'

export type FileMessagesOptions = {
  /** Loads the code and opens the storage of an account. */
  load(account: string): Promise<FileOutbox>
  /** Shows a message until the code is loaded. */
  show(chatId: ChatId, message: PendingMessage): void
  /** Undefined outside a page: an earlier one leaves nothing. */
  readonly texts: TextStore | null | undefined
}

/**
 * The messages of one account that wait for their files. Their code is loaded when one is written, or was left by an
 * earlier page. Until the account is known they wait in memory.
 */
export class FileMessages {
  readonly #options: FileMessagesOptions
  readonly #early: { chatId: ChatId; message: PendingMessage }[] = []
  #account: string | null = null
  #loading: Promise<FileOutbox> | null = null

  constructor(options: FileMessagesOptions) {
    this.#options = options
  }

  /** The text is safe when this returns, if `localStorage` has room. The files are when the browser has stored them. */
  add(chatId: ChatId, message: PendingMessage): void {
    this.#options.show(chatId, message)
    if (this.#account === null) this.#early.push({ chatId, message })
    else this.#write(this.#account, chatId, message)
  }

  act(chatId: ChatId, clientMsgId: string, act: FileAct): void {
    void this.#loading?.then((outbox) => outbox[act](chatId, clientMsgId))
  }

  /** Sets the account, once it is known whose messages these are. */
  use(account: string): void {
    this.#account = account
    for (const { chatId, message } of this.#early.splice(0)) this.#write(account, chatId, message)
    const { texts } = this.#options
    // Without a note nothing was left, unless notes cannot be read.
    if (texts !== undefined && new FileNotes(texts, account).read()?.length !== 0) void this.#loaded(account)
  }

  /** Uploads what may leave now. */
  resume(): void {
    void this.#loading?.then((outbox) => outbox.resume())
  }

  /** Holds messages that another user may have written. */
  hold(): void {
    for (const early of this.#early) early.message = { ...early.message, state: 'held', code: null }
  }

  /** The account is left, or the program ends: nothing is uploaded any more, and what is stored stays. */
  leave(): void {
    this.#account = null
    this.#early.length = 0
    void this.#loading?.then((outbox) => outbox.close())
    this.#loading = null
  }

  #write(account: string, chatId: ChatId, message: PendingMessage): void {
    new FileNotes(this.#options.texts ?? null, account).keep(chatId, message)
    void this.#loaded(account).then((outbox) => outbox.add(chatId, message))
  }

  #loaded(account: string): Promise<FileOutbox> {
    this.#loading ??= this.#options.load(account)
    return this.#loading
  }
}
