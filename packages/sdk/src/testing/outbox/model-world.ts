import { vi } from 'vitest'
import { ModelChat, type ModelRequest } from './model-chat.ts'
import { ModelDevice } from './model-device.ts'
import { ModelTab } from './model-tab.ts'

export type ModelWorldOptions = {
  readonly hasLocks: boolean
  /** Lets other things happen before a call reaches the device. */
  delay(): Promise<void>
}

/** A browser with tabs, a server, and a record of what was written in each tab and what each was shown. */
export class ModelWorld {
  readonly chat = new ModelChat()
  readonly #discarded = new Set<string>()
  readonly #device = new ModelDevice()
  readonly #options: ModelWorldOptions
  readonly #tabs: ModelTab[] = []
  /** What was written in each tab, in order. */
  readonly #written = new Map<ModelTab, string[]>()
  /** What each tab has shown as pending. */
  readonly #pending = new Map<ModelTab, Set<string>>()
  /** Messages in any order: once held, decided about by the user, or left on a lost device. */
  readonly #unordered = new Set<string>()
  readonly #done = new Set<ModelRequest>()
  #count = 0

  constructor(options: ModelWorldOptions) {
    this.#options = options
    this.open()
  }

  get living(): ModelTab[] {
    return this.#tabs.filter((tab) => !tab.isDead)
  }

  open(): void {
    const onDeviceLost = () => this.#noteLost(tab)
    const tab = new ModelTab({ device: this.#device, chat: this.chat, onDeviceLost, ...this.#options })
    this.#tabs.push(tab)
    this.#written.set(tab, [])
    this.#pending.set(tab, new Set())
  }

  write(tab: ModelTab): void {
    this.#count += 1
    const id = `m${this.#count}`
    this.#written.get(tab)?.push(id)
    tab.write(id)
  }

  /** Ends a running request with this outcome. An abandoned one may still arrive, much later. */
  settle(nth: number, outcome: 'answer' | 'giveUp' | 'arrive' | 'refuse'): void {
    const open = this.chat.requests.filter((request) => !this.#done.has(request))
    const request = open[nth % Math.max(1, open.length)]
    if (request === undefined) return
    if (outcome !== 'giveUp') this.#done.add(request)
    if (outcome === 'answer') request.answer()
    if (outcome === 'giveUp') request.giveUp()
    if (outcome === 'refuse') request.refuse('unavailable')
    if (outcome === 'arrive') {
      request.arrive()
      request.giveUp()
    }
  }

  /** The user decides about a message that failed or is held. */
  decide(tab: ModelTab, what: 'retry' | 'release' | 'discard'): void {
    const item = tab.outbox.queue.getSnapshot().find(({ stage }) => stage === 'failed' || stage === 'held')
    if (item === undefined) return
    this.#unordered.add(item.clientMsgId)
    if (what === 'discard') this.#discarded.add(item.clientMsgId)
    tab.outbox[what](item.clientMsgId)
  }

  /** More than a day passes in one moment. */
  sleep(): void {
    for (const id of this.#unstored()) this.#unordered.add(id)
    vi.setSystemTime(Date.now() + 25 * 3_600_000)
  }

  /** Ends all faults: running requests arrive, and every tab shows the log. */
  heal(): void {
    this.chat.isClosed = false
    while (this.chat.requests.some((request) => !this.#done.has(request))) this.settle(0, 'answer')
    for (const tab of this.living) tab.showLog()
  }

  /** Reports whether nothing more happens without the user. */
  get isQuiet(): boolean {
    const stages = this.living.flatMap((tab) => tab.outbox.queue.getSnapshot().map((item) => item.stage))
    return stages.every((stage) => stage === 'failed' || stage === 'held')
  }

  /** The invariants that are violated now. */
  problems(): string[] {
    const { log } = this.chat
    const twice = new Set(log).size === log.length ? [] : [`stored twice: ${log.join(' ')}`]
    return [...twice, ...[...this.#written.values()].flatMap((ids) => this.#disorder(ids)), ...this.#sights()]
  }

  /** Messages that are lost: neither stored, nor discarded, nor left for the user to decide. */
  missing(): string[] {
    const waiting = new Set(this.living.flatMap((tab) => idsOf(tab)))
    const found = (id: string) => this.chat.log.includes(id) || this.#discarded.has(id) || waiting.has(id)
    return [...this.#written.values()].flat().filter((id) => !found(id))
  }

  #disorder(written: readonly string[]): string[] {
    const { log } = this.chat
    const isFree = (id: string) => this.#unordered.has(id) || this.chat.refused.has(id)
    const stored = written.filter((id) => log.includes(id) && !isFree(id))
    const inOrder = stored.every((id, nth) => nth === 0 || log.indexOf(id) > log.indexOf(stored[nth - 1] ?? ''))
    return inOrder ? [] : [`out of order: ${log.join(' ')}`]
  }

  /** A message that was shown once is in the log or pending, unless it was discarded. */
  #sights(): string[] {
    return this.living.flatMap((tab) => {
      const now = new Set(idsOf(tab))
      const seen = this.#pending.get(tab) ?? new Set()
      for (const id of now) seen.add(id)
      const twice = [...now].filter((id) => tab.shown.has(id)).map((id) => `${id} is shown twice`)
      const gone = [...seen].filter((id) => !now.has(id) && !tab.shown.has(id) && !this.#discarded.has(id))
      return [...twice, ...gone.map((id) => `${id} has vanished`)]
    })
  }

  #unstored(): string[] {
    return [...this.#written.values()].flat().filter((id) => !this.chat.log.includes(id))
  }

  /** Nobody can send what is on a lost device before later messages, so its order is free. */
  #noteLost(tab: ModelTab): void {
    const known = new Set(idsOf(tab))
    for (const id of this.#unstored()) if (!known.has(id)) this.#unordered.add(id)
  }
}

function idsOf(tab: ModelTab): string[] {
  return tab.outbox.queue.getSnapshot().map((item) => item.clientMsgId)
}
