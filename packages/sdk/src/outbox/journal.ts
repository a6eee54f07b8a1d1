import type { TextStore } from './browser.ts'
import { isNewRow } from './kept-row.ts'
import type { NewRow, RowKey } from './outbox-storage.ts'

/** Room for the longest message, as JSON at its worst. */
const probeLength = 32 * 1024

/**
 * Messages on their way into the storage. The storage answers after a moment, and the code for it may still have to be
 * loaded; this place takes a text before the call returns, so a page may die at any moment after that.
 * Each message has a key of its own: tabs that write at one moment do not overwrite each other.
 */
export class Journal {
  readonly #texts: TextStore | null
  readonly #prefix: string
  #written = 0

  constructor(texts: TextStore | null, account: string) {
    this.#texts = texts
    this.#prefix = `deskbell.outbox ${account} `
  }

  /** False when there is no room for it. */
  write(row: NewRow): boolean {
    this.#written += 1
    const text = JSON.stringify({ ...row, nth: this.#written })
    return this.#try((texts) => texts.setItem(this.#key(row), text))
  }

  /** Does this place take texts at this moment? */
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

  /** In the order in which they were written. */
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

  /** Refused or full: then the message has only the storage. */
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

function toNewRow({ chatId, clientMsgId, text, createdAt, waitsSince }: NewRow): NewRow {
  return { chatId, clientMsgId, text, createdAt, waitsSince }
}
