import type { ChatId } from '@deskbell/contract/ids'
import type { PendingMessage } from '../pending-message.ts'
import type { TextStore } from '../storage/browser.ts'

/**
 * The texts of messages that wait for their files, and the names of these, in `localStorage`. A note is written before
 * the call returns, while the browser still stores the files; it says to the next page that there are some.
 */
export class FileNotes {
  readonly prefix: string
  readonly #texts: TextStore | null

  constructor(texts: TextStore | null, account: string) {
    this.#texts = texts
    this.prefix = `deskbell.files ${account} `
  }

  /** Also for a message whose files do not fit: its text outlives the page. */
  keep(chatId: ChatId, message: PendingMessage): void {
    this.#try((texts) => texts.setItem(`${this.prefix}${chatId} ${message.clientMsgId}`, JSON.stringify(message)))
  }

  drop(chatId: ChatId, clientMsgId: string): void {
    this.#try((texts) => texts.removeItem(`${this.prefix}${chatId} ${clientMsgId}`))
  }

  /** Returns the keys and the texts of all notes; null where they cannot be read. */
  read(): [string, string | null][] | null {
    return this.#try((texts) =>
      Array.from({ length: texts.length }, (_, at) => texts.key(at) ?? '')
        .filter((key) => key.startsWith(this.prefix))
        .map((key) => [key, texts.getItem(key)]),
    )
  }

  #try<T>(work: (texts: TextStore) => T): T | null {
    try {
      return this.#texts && work(this.#texts)
    } catch {
      return null
    }
  }
}
