import type { ChatId } from '@deskbell/contract/ids'
import { toChatId } from '../../base/ids.ts'
import type { PendingMessage } from '../pending-message.ts'
import type { TextStore } from '../storage/browser.ts'

type Noted = { readonly chatId: ChatId; readonly message: PendingMessage }

/**
 * The texts of messages that wait for their files, and the names of these, in `localStorage`. A note is written before
 * the call returns, while the browser still stores the files; it says to the next page that there are some.
 */
export class FileNotes {
  readonly #texts: TextStore | null
  readonly #prefix: string

  constructor(texts: TextStore | null, account: string) {
    this.#texts = texts
    this.#prefix = `deskbell.files ${account} `
  }

  /** Also for a message whose files do not fit: its text outlives the page. */
  keep(chatId: ChatId, message: PendingMessage): void {
    this.#try((texts) => texts.setItem(this.#key(chatId, message.clientMsgId), JSON.stringify(message)), undefined)
  }

  drop(chatId: ChatId, clientMsgId: string): void {
    this.#try((texts) => texts.removeItem(this.#key(chatId, clientMsgId)), undefined)
  }

  /** Reports whether there may be messages. Where notes cannot be kept there may. */
  get mayHave(): boolean {
    return this.#try((texts) => this.#keys(texts).length > 0, true)
  }

  read(): Noted[] {
    return this.#try((texts) => this.#keys(texts).flatMap((key) => this.#noted(key, texts.getItem(key)) ?? []), [])
  }

  #key(chatId: ChatId, clientMsgId: string): string {
    return `${this.#prefix}${chatId} ${clientMsgId}`
  }

  #keys(texts: TextStore): string[] {
    const keys = Array.from({ length: texts.length }, (_, at) => texts.key(at) ?? '')
    return keys.filter((key) => key.startsWith(this.#prefix))
  }

  #noted(key: string, text: string | null): Noted | null {
    try {
      const message: unknown = JSON.parse(text ?? '')
      const chatId = toChatId(Number(key.slice(this.#prefix.length).split(' ')[0]))
      return isPending(message) ? { chatId, message } : null
    } catch {
      return null
    }
  }

  #try<T>(work: (texts: TextStore) => T, otherwise: T): T {
    try {
      return this.#texts === null ? otherwise : work(this.#texts)
    } catch {
      return otherwise
    }
  }
}

/** Another version of the program may have written it. */
function isPending(value: unknown): value is PendingMessage {
  const { clientMsgId, text, createdAt, files } = Object(value)
  return [clientMsgId, text, createdAt].every((each) => typeof each === 'string') && Array.isArray(files)
}
