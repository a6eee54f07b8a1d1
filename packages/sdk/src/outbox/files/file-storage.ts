import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import type { PendingFile } from '../pending-message.ts'

/** A message that waits for its files, as it is stored. */
export type FileRow = {
  readonly chatId: ChatId
  readonly clientMsgId: string
  readonly text: string
  readonly createdAt: string
  /** Start of its wait, which is limited to a day: milliseconds since 1970. */
  readonly waitsSince: number
  /** Why it was refused for good; null while it waits. */
  readonly code: ErrorCode | null
  readonly files: readonly StoredFile[]
  /** The addresses of the uploads; null for one that has not begun. */
  readonly paths: readonly (string | null)[]
  /** The addresses that the message is sent with: those of the first program that had uploaded all. */
  readonly settled: readonly string[] | null
}

export type StoredFile = Pick<PendingFile, 'name' | 'mediaType' | 'alt'> & { readonly blob: Blob }
export type FileRowKey = Pick<FileRow, 'chatId' | 'clientMsgId'>
export type FileRowChange = Partial<Pick<FileRow, 'waitsSince' | 'code' | 'paths' | 'settled'>>

/**
 * Stores the messages of one account that wait for their files, with these. All programs that share the storage see
 * the effect of a call that has resolved. A call that fails rejects and changes nothing.
 */
export interface FileStorage {
  /** Reports whether the rows outlive the program. */
  readonly isKept: boolean
  /** Returns the rows in the order of writing. */
  read(): Promise<FileRow[]>
  /** Rejects when the files do not fit. A known message stays as it is. */
  add(row: FileRow): Promise<void>
  /** Does nothing if the row was removed. */
  change(key: FileRowKey, change: FileRowChange): Promise<void>
  /** Sets the uploads of a message, unless another program has: returns those that hold. */
  settle(key: FileRowKey, paths: readonly string[]): Promise<readonly string[]>
  remove(key: FileRowKey): Promise<void>
  close(): void
}

/** What all accounts of a device may have waiting. */
export const waitingBytesMax = 250 * 1024 * 1024

/** For programs without a database. Files are not copied, so their number costs little. */
export class MemoryFileStorage implements FileStorage {
  readonly isKept = false
  #rows: readonly FileRow[] = []

  async read(): Promise<FileRow[]> {
    return [...this.#rows]
  }

  async add(row: FileRow): Promise<void> {
    if (!this.#rows.some(isRow(row))) this.#rows = [...this.#rows, row]
  }

  async change(key: FileRowKey, change: FileRowChange): Promise<void> {
    this.#rows = this.#rows.map((row) => (isRow(key)(row) ? { ...row, ...change } : row))
  }

  async settle(key: FileRowKey, paths: readonly string[]): Promise<readonly string[]> {
    const settled = this.#rows.find(isRow(key))?.settled ?? paths
    await this.change(key, { settled })
    return settled
  }

  async remove(key: FileRowKey): Promise<void> {
    this.#rows = this.#rows.filter((row) => !isRow(key)(row))
  }

  close(): void {}
}

export function isRow(key: FileRowKey): (row: FileRowKey) => boolean {
  return (row) => row.chatId === key.chatId && row.clientMsgId === key.clientMsgId
}
