import type { Unsubscribable } from '@trpc/server/observable'
import { holdLock } from './hold-lock.ts'
import type { ShareOptions } from './share-options.ts'
import type { TabChannel } from './tab-browser.ts'
import {
  type Asked,
  type GuestMessage,
  guestKinds,
  type HostMessage,
  parseMessage,
  type Result,
} from './tab-messages.ts'
import { pairName } from './tab-names.ts'

type GuestOptions = { tab: string; hasRoom(): boolean; left(): void }
type Running = { type: Asked['type']; subscription: Unsubscribable | null }
/** A message without the name of its host. */
type Word = HostMessage extends infer M ? (M extends HostMessage ? Omit<M, 'host'> : never) : never

/** One other tab at its host: what runs for it, until it says goodbye or dies. */
export class HostedGuest {
  readonly #options: ShareOptions
  readonly #guest: GuestOptions
  readonly #channel: TabChannel
  readonly #running = new Map<number, Running>()
  readonly #stopped = new AbortController()

  constructor(options: ShareOptions, guest: GuestOptions) {
    this.#options = options
    this.#guest = guest
    this.#channel = options.browser.openChannel(pairName(options.name, guest.tab))
    this.#channel.listen((message) => this.#heard(parseMessage<GuestMessage>(guestKinds, message)))
    void this.#waitForDeath()
  }

  get streams(): number {
    return [...this.#running.values()].filter(({ type }) => type === 'subscription').length
  }

  welcome(): void {
    this.#say({ t: 'welcome', state: this.#options.line.state.getSnapshot() })
  }

  tellState(): void {
    this.#say({ t: 'state', state: this.#options.line.state.getSnapshot() })
  }

  stop(): void {
    if (this.#stopped.signal.aborted) return
    this.#stopped.abort()
    this.#channel.close()
    for (const { subscription } of this.#running.values()) subscription?.unsubscribe()
    this.#running.clear()
    this.#guest.left()
  }

  /** Each guest holds a lock of its own name. Getting it means that the tab is gone, however it went. */
  async #waitForDeath(): Promise<void> {
    const { browser, name } = this.#options
    const { signal } = this.#stopped
    const release = await holdLock(browser.locks, pairName(name, this.#guest.tab), { signal })
    release?.()
    this.stop()
  }

  #heard(message: GuestMessage | null): void {
    if (message === null || message.host !== this.#options.tab) return
    switch (message.t) {
      case 'run':
        this.#run(message.id, message.op)
        break
      case 'stop':
        this.#end(message.id)
        break
      case 'ping':
        this.#say({ t: 'pong' })
        if (message.then === 'retry') this.#options.line.retryNow()
        if (message.then === 'probe') this.#options.line.wake('offline')
        if (message.then === 'wake') this.#options.line.wake('front')
        break
      case 'bye':
        this.stop()
        break
    }
  }

  #run(id: number, op: Asked): void {
    if (op.type === 'subscription' && !this.#guest.hasRoom()) {
      this.#say({ t: 'full', id })
      return
    }
    this.#say({ t: 'taken', id })
    const running: Running = { type: op.type, subscription: null }
    this.#running.set(id, running)
    const results = this.#options.line.route.run({ ...op, id, context: {}, signal: null })
    const subscription = results.subscribe({
      next: ({ result }) => this.#say({ t: 'result', id, result: copyable(result) }),
      error: ({ message, shape }) => this.#finish(id, { t: 'error', id, error: { message, shape: shape ?? null } }),
      complete: () => this.#finish(id, { t: 'done', id }),
    })
    if (this.#running.has(id)) running.subscription = subscription
  }

  #finish(id: number, word: Word): void {
    this.#running.delete(id)
    this.#say(word)
  }

  #end(id: number): void {
    this.#running.get(id)?.subscription?.unsubscribe()
    this.#running.delete(id)
  }

  #say(word: Word): void {
    if (!this.#stopped.signal.aborted) this.#channel.post({ ...word, host: this.#options.tab })
  }
}

/** Why a line is away does not cross over: an error cannot be copied, and nobody reads it. */
function copyable(result: Result): Result {
  return 'state' in result ? { ...result, error: null } : result
}
