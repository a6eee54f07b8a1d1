import type { ChatId } from '@deskbell/contract/ids'
import { newId } from '../../base/ids.ts'
import { createStore } from '../../base/store.ts'
import type { ResumableUpload } from '../../files/upload-file.ts'
import { FileOutbox } from '../../outbox/files/file-outbox.ts'
import type { FileStorage } from '../../outbox/files/file-storage.ts'
import { openIndexedDbFiles } from '../../outbox/files/indexeddb-files.ts'
import { type FileOutboxContext, Outboxes } from '../../outbox/outboxes.ts'
import type { PendingMessage } from '../../outbox/pending-message.ts'
import type { DatabaseFactory } from '../../outbox/storage/browser.ts'
import type { ConnectionState } from '../../socket/connection-state.ts'
import { fakeServerApi } from '../fake-server-api.ts'
import type { ModelChat } from './model-chat.ts'
import type { ModelDevice } from './model-device.ts'

/** An upload that the code under test has begun. It ends as the test says. */
export type FakeUpload = ResumableUpload & {
  readonly text: Promise<string>
  /** The server has the whole file. */
  finish(): void
  fail(error: unknown): void
}

export type FilePageOptions = {
  readonly device: ModelDevice
  readonly indexedDB: DatabaseFactory
  readonly chat: Pick<ModelChat, 'sendBatch'>
  readonly hasLocks?: boolean
  /** Wraps the storage of the files, which may then break. */
  readonly storage?: (storage: FileStorage) => FileStorage
}

/** A page for tests: real outboxes on the database of a device, and uploads that the test answers. */
export class FilePage {
  readonly outboxes: Outboxes
  readonly uploads: FakeUpload[] = []
  readonly removed: string[] = []
  readonly connection = createStore<ConnectionState>({ kind: 'online', via: 'socket' })
  readonly #die: () => void
  readonly #options: FilePageOptions

  constructor(options: FilePageOptions) {
    const { device, indexedDB, chat, hasLocks = true } = options
    const { browser, die } = device.openTab()
    this.#options = options
    this.#die = die
    const { connection } = this
    this.outboxes = new Outboxes(fakeServerApi({ connection, random: () => 0.001, sendBatch: chat.sendBatch }), {
      server: 'https://desk.example',
      sendTimeoutMs: 10_000,
      browser: { ...browser, indexedDB, locks: hasLocks ? browser.locks : null },
      openFileOutbox: (context) => this.#open(context),
    })
  }

  /** Writes a message with files that contain these texts. */
  write(chatId: ChatId, clientMsgId: string, texts: readonly string[]): void {
    const files = texts.map((text) => ({ file: new Blob([text], { type: 'text/plain' }), name: `${text}.txt` }))
    this.outboxes.of(chatId).add({ clientMsgId, text: `of ${clientMsgId}`, createdAt: new Date().toISOString(), files })
  }

  shown(chatId: ChatId): readonly PendingMessage[] {
    return this.outboxes.of(chatId).fileMessages.getSnapshot()
  }

  /** Dies at once, whatever it was doing. */
  die(): void {
    this.#die()
    this.outboxes.close()
  }

  async #open({ browser, ...context }: FileOutboxContext): Promise<FileOutbox> {
    const opened = await openIndexedDbFiles(this.#options.indexedDB, context.account)
    const { storage = (same: FileStorage) => same } = this.#options
    return new FileOutbox({
      ...context,
      storage: storage(opened),
      locks: browser?.locks ?? null,
      upload: (upload) => this.#upload(upload),
      removeUpload: (path) => this.removed.push(path),
    })
  }

  #upload(upload: ResumableUpload): Promise<void> {
    if (upload.path === null) upload.onPath(`/api/uploads/${newId()}`)
    return new Promise((resolve, reject) => {
      upload.signal?.addEventListener('abort', () => reject(upload.signal?.reason))
      this.uploads.push({ ...upload, text: upload.file.text(), finish: resolve, fail: reject })
    })
  }
}
