import type { ChatId } from '@deskbell/contract/ids'
import type { NewRow, OutboxRow, OutboxStorage, RowChange, RowKey } from './outbox-storage.ts'

/** Rows in memory, which end with the program. */
export class MemoryStorage implements OutboxStorage {
  #rows: readonly OutboxRow[] = []
  #last = 0

  async read(chatId?: ChatId): Promise<OutboxRow[]> {
    return this.#rows.filter((row) => chatId === undefined || row.chatId === chatId)
  }

  async add(rows: readonly NewRow[]): Promise<void> {
    for (const row of rows) {
      if (!this.#rows.some(isRow(row))) this.#rows = [...this.#rows, { ...row, code: null, order: this.#next() }]
    }
  }

  async change(key: RowKey, change: RowChange, place: 'stays' | 'end'): Promise<void> {
    const row = this.#rows.find(isRow(key))
    if (row === undefined) return
    const changed = { ...row, ...change }
    if (place === 'stays') this.#rows = this.#rows.map((other) => (other === row ? changed : other))
    else this.#rows = [...this.#rows.filter((other) => other !== row), { ...changed, order: this.#next() }]
  }

  async remove(keys: readonly RowKey[]): Promise<void> {
    this.#rows = this.#rows.filter((row) => !keys.some(isRow(row)))
  }

  /** Replaces the rows of a chat, or of all chats, by those of another storage. */
  replace(rows: readonly OutboxRow[], chatId?: ChatId): void {
    const others = this.#rows.filter((row) => chatId !== undefined && row.chatId !== chatId)
    this.#rows = [...others, ...rows].sort((a, b) => a.order - b.order)
    this.#last = Math.max(this.#last, this.#rows.at(-1)?.order ?? 0)
  }

  close(): void {}

  #next(): number {
    this.#last += 1
    return this.#last
  }
}

function isRow(key: RowKey): (row: RowKey) => boolean {
  return (row) => row.chatId === key.chatId && row.clientMsgId === key.clientMsgId
}
