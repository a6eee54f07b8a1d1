import { chatIdSchema } from '@deskbell/contract/ids'
import { createStore } from '../../base/store.ts'
import { type AccountStoreParts, createAccountStore } from '../../outbox/account-store.ts'
import { ChatOutbox } from '../../outbox/chat-outbox.ts'
import type { Watcher } from '../../outbox/resume-gate.ts'
import { Notices } from '../../outbox/storage/between-tabs.ts'
import { FallbackStorage } from '../../outbox/storage/fallback-storage.ts'
import { Journal } from '../../outbox/storage/journal.ts'
import type { OutboxStorage } from '../../outbox/storage/outbox-storage.ts'
import type { ConnectionState } from '../../socket/connection-state.ts'
import { fakeServerApi } from '../fake-server-api.ts'
import type { ModelChat } from './model-chat.ts'
import type { ModelDevice } from './model-device.ts'

export type ModelTabOptions = {
  readonly device: ModelDevice
  readonly chat: ModelChat
  /** False for a browser without Web Locks. */
  readonly hasLocks?: boolean
  /** Delays a call before it reaches the device. */
  readonly delay?: () => Promise<void>
  readonly onDeviceLost?: () => void
}

export const modelChatId = chatIdSchema.parse(1)

/** A model of one tab for tests: a real outbox that shows one chat, on a device and a connection that may break. */
export class ModelTab {
  readonly connection = createStore<ConnectionState>({ kind: 'online', via: 'socket' })
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
    const parts: AccountStoreParts = {
      account: 'me',
      storage,
      isKept: () => storage.isKept,
      onNotKept: () => {},
      journal: new Journal(browser.localStorage, 'me'),
      notices: new Notices(browser.BroadcastChannel, 'me', ({ stored }) => this.outbox.onStoredElsewhere(stored)),
      locks: hasLocks ? browser.locks : null,
    }
    const options = { chatId: modelChatId, sendTimeoutMs: 10_000, accountStore: createAccountStore(parts) }
    this.outbox = new ChatOutbox(
      fakeServerApi({ connection: this.connection, random: () => 0.05, sendBatch: chat.sendBatch }),
      options,
    )
    this.#watcher = this.outbox.watch()
  }

  get stages(): string[] {
    return this.outbox.queue.getSnapshot().map(({ clientMsgId, stage }) => `${clientMsgId} ${stage}`)
  }

  write(clientMsgId: string): void {
    this.outbox.add({ clientMsgId, text: 'x', createdAt: new Date().toISOString() })
  }

  /** The stream delivers everything that the server has. */
  showLog(): void {
    const entries = this.#chat.entries()
    for (const entry of entries) if (entry.kind === 'message') this.shown.add(entry.message.clientMsgId ?? '')
    this.outbox.observe(entries, entries.at(-1)?.seq ?? 0)
    this.#watcher.resumed()
  }

  breakDevice(): void {
    this.#isDeviceBroken = true
  }

  /** Dies at once, whatever it was doing. */
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
