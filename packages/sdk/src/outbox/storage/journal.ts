import type { TextStore } from './browser.ts'
import type { NewRow, RowKey } from './outbox-storage.ts'
import { isNewRow, toNewRow } from './outbox-storage.ts'

/** Room for the longest message, as JSON at its worst. */
const probeLength = 32 * 1024

/**
 * Messages on their way to the storage, in `localStorage`. The storage answers later, and its code may still have to be
 * loaded; the journal stores a text before the call returns, so a page may die at any moment after that. Each message
 * has its own key, so that tabs which write at the same time do not overwrite each other.
 */
export class Journal {
  readonly #texts: TextStore | null
  readonly #prefix: string
  #written = 0

  constructor(texts: TextStore | null, account: string) {
    this.#texts = texts
    this.#prefix = `deskbell.outbox ${account} `
  }

  /** Returns false when it could not be written. */
  write(row: NewRow): boolean {
    this.#written += 1
    const text = JSON.stringify({ ...row, nth: this.#written })
    return this.#try((texts) => texts.setItem(this.#key(row), text))
  }

  /** Reports whether texts can be written now. */
  isWorking(): boolean {
    const key = `${this.#prefix}?`
    return this.#try((texts) => {
      texts.setItem(key, 'x'.repeat(probeLength))
      texts.removeItem(key)
    })
  }

  drop(row: RowKey): void {
    this.#try((texts) => texts.removeItem(this.#key(row)))
  }

  /** Returns the messages in the order of writing. */
  read(): NewRow[] {
    const found: (NewRow & { nth?: unknown })[] = []
    this.#try((texts) => {
      for (let index = 0; index < texts.length; index += 1) {
        const key = texts.key(index)
        const row = key?.startsWith(this.#prefix) ? parse(texts.getItem(key)) : null
        if (isNewRow(row)) found.push(row)
      }
    })
    return found.sort((a, b) => a.waitsSince - b.waitsSince || Number(a.nth) - Number(b.nth)).map(toNewRow)
  }

  #key({ chatId, clientMsgId }: RowKey): string {
    return `${this.#prefix}${chatId} ${clientMsgId}`
  }

  /** False when refused or full: then the message has only the storage. */
  #try(work: (texts: TextStore) => void): boolean {
    if (this.#texts === null) return false
    try {
      work(this.#texts)
      return true
    } catch {
      return false
    }
  }
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
