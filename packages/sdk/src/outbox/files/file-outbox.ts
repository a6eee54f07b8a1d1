import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import { errorCode, SdkError } from '../../base/errors.ts'
import type { ResumableUpload } from '../../files/upload-file.ts'
import type { ChatOutbox } from '../chat-outbox.ts'
import type { PendingFile, PendingMessage } from '../pending-message.ts'
import type { Notices } from '../storage/between-tabs.ts'
import type { Browser } from '../storage/browser.ts'
import type { FileNotes } from './file-notes.ts'
import type { FileRow, FileRowChange, FileStorage } from './file-storage.ts'
import { type NotedMessage, notedMessages } from './noted-messages.ts'

export type FileOutboxOptions = {
  readonly account: string
  readonly storage: FileStorage
  readonly notes: FileNotes
  readonly locks: Browser['locks']
  /** Opens the notifications between tabs. */
  notices(hear: () => void): Notices
  /** A message that waits longer is held. */
  readonly heldAfterMs: number
  outboxOf(chatId: ChatId): ChatOutbox
  /** False while it is unknown whose messages these are. */
  maySend(): boolean
  /** Resolves when the server has the whole file. */
  upload(upload: ResumableUpload): Promise<unknown>
  /** Best effort. */
  removeUpload(path: string): void
}

type Item = {
  readonly chatId: ChatId
  message: PendingMessage
  waitsSince: number
  /** The address of the upload of each file; null for one that has not begun. */
  paths: readonly (string | null)[]
  /** The storage has it, so it is gone when the storage has it no more. */
  isStored: boolean
  /** Its uploads had expired when it was sent, and were made anew. */
  isRenewed: boolean
  /** Stops its upload, or the watch over the message in the outbox. */
  stop: () => void
}

/** A program that has not stored the files for so long is dead: it would have, or would have given up. */
const lostAfterMs = 60_000

/**
 * The messages of one account that wait for their files. One after the other, their files are uploaded; then the
 * message goes to the outbox of its chat, where it waits like any other. It stays here until it is gone from there, so
 * a program that dies in between leaves it to the next one: the outbox and the server take each message only once.
 *
 * One tab of a browser uploads at a time; all show what waits.
 */
export class FileOutbox {
  readonly #options: FileOutboxOptions
  readonly #notices: Notices
  readonly #leaving = new AbortController()
  #items: readonly Item[] = []
  #isRunning = false
  #isRefused = false
  #isClosed = false
  #lostTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: FileOutboxOptions) {
    this.#options = options
    this.#notices = options.notices(() => void this.#changedElsewhere())
    void this.#changedElsewhere()
  }

  add(chatId: ChatId, message: PendingMessage): void {
    if (this.#find(chatId, message.clientMsgId) !== undefined) return
    const item = newItem(chatId, message)
    this.#items = [...this.#items, item]
    this.#show(item)
    void this.#store(item)
    this.resume()
  }

  /** Uploads what may leave now. Call it whenever that may have changed. */
  resume(): void {
    this.#isRefused = false
    void this.#run()
  }

  /** Tries a failed message again, with what the server has of its files. */
  retry(chatId: ChatId, clientMsgId: string): void {
    this.#wait(this.#find(chatId, clientMsgId, 'failed'))
  }

  release(chatId: ChatId, clientMsgId: string): void {
    this.#wait(this.#find(chatId, clientMsgId, 'held'))
  }

  /** Removes a message that the outbox of its chat does not have, here and on the server. */
  discard(chatId: ChatId, clientMsgId: string): void {
    const item = this.#find(chatId, clientMsgId)
    if (item === undefined || item.message.state === 'sending') return
    for (const path of item.paths) if (path !== null) this.#options.removeUpload(path)
    this.#remove(item)
  }

  /** Stops. What is stored stays. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#lostTimer)
    this.#leaving.abort()
    for (const item of this.#items) item.stop()
    this.#notices.close()
    this.#options.storage.close()
  }

  #find(chatId: ChatId, clientMsgId: string, state?: PendingMessage['state']): Item | undefined {
    return this.#items.find(
      ({ chatId: of, message }) =>
        of === chatId && message.clientMsgId === clientMsgId && (state === undefined || message.state === state),
    )
  }

  #show({ chatId }: Item): void {
    if (this.#isClosed) return
    const shown = this.#items.filter((item) => item.chatId === chatId).map(({ message }) => message)
    this.#options.outboxOf(chatId).setFiles(shown)
  }

  #set(item: Item, message: PendingMessage): void {
    item.message = message
    if (this.#items.includes(item)) this.#show(item)
  }

  #wait(item: Item | undefined): void {
    if (item === undefined) return
    item.waitsSince = Date.now()
    this.#set(item, { ...item.message, state: 'queued', code: null })
    void this.#change(item, { code: null, waitsSince: item.waitsSince })
    this.resume()
  }

  async #store(item: Item): Promise<void> {
    const { storage, notes } = this.#options
    const isKept = await storage.add(toRow(item)).then(
      () => storage.isKept,
      () => false,
    )
    if (this.#isClosed) return
    item.isStored = isKept
    this.#set(item, { ...item.message, filesKept: isKept })
    // It may have changed, or have been removed, while it was being stored.
    if (!this.#items.includes(item)) await storage.remove(keyOf(item)).catch(() => {})
    else await this.#change(item, { paths: item.paths })
    if (!isKept) notes.keep(item.chatId, item.message)
  }

  async #change(item: Item, change: FileRowChange): Promise<void> {
    await this.#options.storage.change(keyOf(item), change).catch(() => {})
    this.#notices.tell({ chatId: item.chatId, stored: [] })
  }

  #remove(item: Item): void {
    item.stop()
    this.#items = this.#items.filter((other) => other !== item)
    this.#show(item)
    this.#options.notes.drop(item.chatId, item.message.clientMsgId)
    void this.#options.storage
      .remove(keyOf(item))
      .catch(() => {})
      .then(() => this.#notices.tell({ chatId: item.chatId, stored: [] }))
  }

  async #changedElsewhere(): Promise<void> {
    await this.#refresh()
    await this.#run()
  }

  /** Takes over what other tabs and earlier pages have changed. */
  async #refresh(): Promise<void> {
    const before = this.#items
    const rows = await this.#options.storage.read().catch(() => null)
    if (rows === null || this.#isClosed) return
    const has = (item: Item) => rows.some((row) => isOf(row, item))
    const gone = this.#items.filter((item) => before.includes(item) && item.isStored && !has(item))
    for (const item of gone) item.stop()
    this.#items = this.#items.filter((item) => !gone.includes(item))
    // What was removed while the storage was being read is not there any more.
    const removed = before.filter((item) => !this.#items.includes(item))
    for (const row of rows) if (!removed.some((item) => isOf(row, item))) this.#takeOver(row)
    this.#showLost()
    for (const item of [...gone, ...this.#items]) this.#show(item)
  }

  #takeOver(row: FileRow): void {
    const known = this.#items.find((item) => isOf(row, item))
    if (known === undefined) this.#items = [...this.#items, itemOf(row)]
    // What another tab has retried or released waits here too.
    else if (row.waitsSince > known.waitsSince && row.code === null) {
      known.waitsSince = row.waitsSince
      known.message = { ...known.message, state: 'queued', code: null }
    }
  }

  /** Notes without files: their page died before its browser had stored these, or is about to store them. */
  #showLost(): void {
    clearTimeout(this.#lostTimer)
    const unknown = notedMessages(this.#options.notes).filter(
      ({ chatId, message }) => this.#find(chatId, message.clientMsgId) === undefined,
    )
    const isYoung = ({ message }: NotedMessage) => Date.now() - Date.parse(message.createdAt) < lostAfterMs
    const lost = unknown.filter((note) => !isYoung(note))
    this.#items = [...lost.map(({ chatId, message }) => lostItem(chatId, message)), ...this.#items]
    if (unknown.some(isYoung)) this.#lostTimer = setTimeout(() => void this.#refresh(), lostAfterMs)
  }

  async #run(): Promise<void> {
    if (this.#isRunning || this.#isClosed || this.#next() === undefined) return
    this.#isRunning = true
    const release = await this.#lock()
    await this.#refresh()
    for (let item = this.#next(); item !== undefined; item = this.#next()) await this.#send(item)
    release()
    this.#isRunning = false
  }

  /** The oldest message that may leave. Those that waited for more than a day are held, unless a program waits for them. */
  #next(): Item | undefined {
    if (this.#isClosed || this.#isRefused || !this.#options.maySend()) return undefined
    for (const item of this.#items.filter(({ message }) => message.state === 'queued')) {
      const isOld = Date.now() - item.waitsSince > this.#options.heldAfterMs
      if (!isOld || this.#options.outboxOf(item.chatId).isAwaited(item.message.clientMsgId)) return item
      this.#set(item, { ...item.message, state: 'held', code: null })
    }
    return undefined
  }

  /** Waits for the other tabs, however long they take. Without Web Locks nobody waits: see `FileStorage.settle`. */
  async #lock(): Promise<() => void> {
    const { locks, account } = this.#options
    if (locks === null) return () => {}
    return await new Promise((resolve) => {
      const hold = () => new Promise<void>((release) => resolve(release))
      locks.request(`deskbell-files:${account}`, { signal: this.#leaving.signal }, hold).catch(() => resolve(() => {}))
    })
  }

  async #send(item: Item): Promise<void> {
    const stopping = new AbortController()
    item.stop = () => stopping.abort()
    try {
      for (const place of item.paths.keys()) await this.#upload(item, place, stopping.signal)
      item.paths = await this.#settle(item)
      if (!stopping.signal.aborted) this.#handOver(item)
    } catch (error) {
      if (!stopping.signal.aborted) await this.#failed(item, errorCode(error))
    }
  }

  async #upload(item: Item, place: number, signal: AbortSignal): Promise<void> {
    const file = item.message.files?.[place]
    if (!file?.blob) throw new SdkError('not_found')
    await this.#options.upload({
      chatId: item.chatId,
      file: file.blob,
      name: file.name,
      alt: file.alt,
      path: item.paths[place] ?? null,
      signal,
      onPath: (path) => {
        item.paths = item.paths.with(place, path)
        void this.#change(item, { paths: item.paths })
      },
      onProgress: (sent) => signal.aborted || this.#setFile(item, place, { sent }),
    })
  }

  #setFile(item: Item, place: number, change: Partial<PendingFile>): void {
    const files = item.message.files?.map((file, at) => (at === place ? { ...file, ...change } : file))
    this.#set(item, { ...item.message, files })
  }

  async #settle(item: Item): Promise<readonly string[]> {
    const paths = item.paths.map((path) => path ?? '')
    return await this.#options.storage.settle(keyOf(item), paths).catch(() => paths)
  }

  #handOver(item: Item): void {
    const { clientMsgId, text, createdAt } = item.message
    const outbox = this.#options.outboxOf(item.chatId)
    const uploadIds = item.paths.map((path) => path?.slice(path.lastIndexOf('/') + 1) ?? '')
    this.#set(item, { ...item.message, state: 'sending', code: null })
    outbox.add({ clientMsgId, text, createdAt, uploadIds })
    item.stop = outbox.queue.subscribe(() => this.#outboxChanged(item, outbox))
  }

  #outboxChanged(item: Item, outbox: ChatOutbox): void {
    const { clientMsgId } = item.message
    const queued = outbox.queue.getSnapshot().find((each) => each.clientMsgId === clientMsgId)
    if (queued === undefined) this.#remove(item)
    else if (queued.code === 'not_found' && !item.isRenewed) this.#renew(item, outbox)
  }

  /** The message waited for so long that its uploads have expired. */
  #renew(item: Item, outbox: ChatOutbox): void {
    item.stop()
    outbox.discard(item.message.clientMsgId)
    item.isRenewed = true
    item.paths = item.paths.map(() => null)
    const files = item.message.files?.map((file) => ({ ...file, sent: 0 }))
    this.#set(item, { ...item.message, files, state: 'queued', code: null })
    void this.#change(item, { paths: item.paths, settled: null })
    this.resume()
  }

  async #failed(item: Item, code: ErrorCode | null): Promise<void> {
    if (code === 'unauthenticated') {
      this.#isRefused = true
      return
    }
    await this.#findUnreadable(item)
    const { clientMsgId } = item.message
    const final = code ?? 'internal'
    this.#set(item, { ...item.message, state: 'failed', code: final })
    void this.#change(item, { code: final })
    if (this.#options.outboxOf(item.chatId).refuse(clientMsgId, final)) this.#remove(item)
  }

  /** A file on the disk may have been moved or changed since it was chosen. */
  async #findUnreadable(item: Item): Promise<void> {
    for (const [place, file] of item.message.files?.entries() ?? []) {
      const isReadable = await file.blob
        ?.slice(0, 1)
        .arrayBuffer()
        .then(
          () => true,
          () => false,
        )
      if (isReadable === false) this.#setFile(item, place, { blob: null })
    }
  }
}

function newItem(chatId: ChatId, message: PendingMessage): Item {
  return {
    chatId,
    message,
    waitsSince: message.state === 'held' ? 0 : Date.now(),
    paths: message.files?.map(() => null) ?? [],
    isStored: false,
    isRenewed: false,
    stop: () => {},
  }
}

function itemOf({ chatId, clientMsgId, text, createdAt, waitsSince, code, files, paths }: FileRow): Item {
  const shown = files.map((file) => ({ ...file, bytes: file.blob.size, sent: 0 }))
  const message = { clientMsgId, text, createdAt, files: shown, filesKept: true }
  const state = code === null ? { state: 'queued' as const, code } : { state: 'failed' as const, code }
  return { ...newItem(chatId, { ...message, ...state }), waitsSince, paths, isStored: true }
}

function lostItem(chatId: ChatId, message: PendingMessage): Item {
  const files = message.files?.map((file) => ({ ...file, blob: null, sent: 0 }))
  return newItem(chatId, { ...message, files, state: 'failed', code: 'not_found', filesKept: false })
}

function toRow({ chatId, message, waitsSince, paths }: Item): FileRow {
  const { clientMsgId, text, createdAt } = message
  const files = (message.files ?? []).flatMap(({ name, mediaType, alt, blob }) =>
    blob === null ? [] : { name, mediaType, alt, blob },
  )
  return { chatId, clientMsgId, text, createdAt, waitsSince, code: null, files, paths, settled: null }
}

function keyOf({ chatId, message }: Item): Pick<FileRow, 'chatId' | 'clientMsgId'> {
  return { chatId, clientMsgId: message.clientMsgId }
}

function isOf(row: FileRow, { chatId, message }: Item): boolean {
  return row.chatId === chatId && row.clientMsgId === message.clientMsgId
}
