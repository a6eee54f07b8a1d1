import { chatIdSchema } from '@deskbell/contract/ids'
import type { ConnectionState } from '../connection/connection-state.ts'
import { createStore } from '../store.ts'
import { ChatOutbox } from './chat-outbox.ts'
import { FallbackStorage } from './fallback-storage.ts'
import { Journal } from './journal.ts'
import { modelCalls } from './model-calls.ts'
import type { ModelChat } from './model-chat.ts'
import type { ModelDevice } from './model-device.ts'
import { Notices } from './notices.ts'
import type { OutboxStorage } from './outbox-storage.ts'
import type { Watcher } from './resume-gate.ts'
import { createShelf, type ShelfParts } from './shelf.ts'

export type ModelTabOptions = {
  readonly device: ModelDevice
  readonly chat: ModelChat
  /** Browsers without them exist. */
  readonly hasLocks?: boolean
  /** Lets time pass before a call reaches the device. */
  readonly delay?: () => Promise<void>
  readonly onDeviceLost?: () => void
}

export const modelChatId = chatIdSchema.parse(1)

/** A model of one tab for tests: a real outbox that shows one chat, on a device and a line that may break. */
export class ModelTab {
  readonly line = createStore<ConnectionState>({ kind: 'online', via: 'socket' })
  readonly outbox: ChatOutbox
  readonly shown = new Set<string>()
  readonly #watcher: Watcher
  readonly #chat: ModelChat
  readonly #delay: () => Promise<void>
  readonly #die: () => void
  #isDeviceBroken = false
  isDead = false

  constructor({ device, chat, hasLocks = true, delay = async () => {}, onDeviceLost = () => {} }: ModelTabOptions) {
    const { browser, die } = device.openTab()
    this.#chat = chat
    this.#delay = delay
    this.#die = die
    const storage = new FallbackStorage({
      open: async () => this.#storageOn(device.rows),
      onDevice: (isWorking) => isWorking || onDeviceLost(),
    })
    const parts: ShelfParts = {
      account: 'me',
      storage,
      isKept: () => storage.isKept,
      onNotKept: () => {},
      journal: new Journal(browser.localStorage, 'me'),
      notices: new Notices(browser.BroadcastChannel, 'me', ({ stored }) => this.outbox.told(stored)),
      locks: hasLocks ? browser.locks : null,
    }
    const options = { chatId: modelChatId, timeoutMs: 10_000, shelf: createShelf(parts) }
    this.outbox = new ChatOutbox(modelCalls(this.line, chat.sendBatch), options)
    this.#watcher = this.outbox.watch()
  }

  get stages(): string[] {
    return this.outbox.queue.getSnapshot().map(({ clientMsgId, stage }) => `${clientMsgId} ${stage}`)
  }

  write(clientMsgId: string): void {
    this.outbox.add({ clientMsgId, text: 'x', createdAt: new Date().toISOString() })
  }

  /** The stream brings everything that the server has. */
  showLog(): void {
    const entries = this.#chat.entries()
    for (const entry of entries) if (entry.kind === 'message') this.shown.add(entry.message.clientMsgId ?? '')
    this.outbox.observe(entries, entries.at(-1)?.seq ?? 0)
    this.#watcher.resumed()
  }

  breakDevice(): void {
    this.#isDeviceBroken = true
  }

  /** At once, wherever it was. */
  die(): void {
    this.isDead = true
    this.#die()
    this.outbox.close()
  }

  #storageOn(rows: OutboxStorage): OutboxStorage {
    const when = async <T>(work: () => Promise<T>): Promise<T> => {
      await this.#delay()
      if (this.isDead) return await new Promise<T>(() => {})
      if (this.#isDeviceBroken) throw new DOMException('The quota is exceeded.', 'QuotaExceededError')
      return await work()
    }
    return {
      read: (chatId) => when(() => rows.read(chatId)),
      add: (added) => when(() => rows.add(added)),
      change: (key, change, place) => when(() => rows.change(key, change, place)),
      remove: (keys) => when(() => rows.remove(keys)),
      close: () => {},
    }
  }
}
