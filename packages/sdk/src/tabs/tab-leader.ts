import type { Unsubscribable } from '@trpc/server/observable'
import { holdLock, type TabChannel } from './tab-browser.ts'
import {
  type Asked,
  type FollowerMessage,
  followerKinds,
  followerName,
  type LeaderMessage,
  parseMessage,
  type Result,
  type SharedMessage,
  type ShareOptions,
  sharedKinds,
} from './tab-messages.ts'

/** The most streams that are relayed; the rest of one socket's streams is for the leader's own. */
const relayedStreamsMax = 12

/** The tab with the connection: runs the operations of other tabs. */
export class TabLeader {
  readonly #options: ShareOptions
  readonly #sharedChannel: TabChannel
  readonly #followers = new Map<string, LedFollower>()
  readonly #stopListening: () => void

  constructor(options: ShareOptions) {
    this.#options = options
    this.#sharedChannel = options.browser.openChannel(options.name)
    this.#sharedChannel.listen((message) => this.#onMessage(parseMessage<SharedMessage>(sharedKinds, message)))
    this.#stopListening = options.connection.state.subscribe(() => this.#publishState())
    this.#sharedChannel.post({ t: 'leading', leader: options.tab } satisfies SharedMessage)
  }

  stop(): void {
    this.#stopListening()
    this.#sharedChannel.close()
    for (const follower of [...this.#followers.values()]) follower.stop()
  }

  #onMessage(message: SharedMessage | null): void {
    if (message?.t !== 'hello') return
    const { tab } = message
    this.#followers.get(tab)?.stop()
    const follower: LedFollower = new LedFollower(this.#options, {
      tab,
      hasRoom: () => this.#streams() < relayedStreamsMax,
      left: () => this.#followers.get(tab) === follower && this.#followers.delete(tab),
    })
    this.#followers.set(tab, follower)
    follower.welcome()
  }

  #publishState(): void {
    for (const follower of this.#followers.values()) follower.tellState()
  }

  #streams(): number {
    return [...this.#followers.values()].reduce((sum, follower) => sum + follower.streams, 0)
  }
}

type FollowerOptions = { tab: string; hasRoom(): boolean; left(): void }
type Running = { type: Asked['type']; subscription: Unsubscribable | null }
/** A message without the name of its leader. */
type Word = LeaderMessage extends infer M ? (M extends LeaderMessage ? Omit<M, 'leader'> : never) : never

/** One other tab at its leader: what runs for it, until it leaves or dies. */
export class LedFollower {
  readonly #options: ShareOptions
  readonly #follower: FollowerOptions
  readonly #channel: TabChannel
  readonly #running = new Map<number, Running>()
  readonly #stopped = new AbortController()

  constructor(options: ShareOptions, follower: FollowerOptions) {
    this.#options = options
    this.#follower = follower
    this.#channel = options.browser.openChannel(followerName(options.name, follower.tab))
    this.#channel.listen((message) => this.#onMessage(parseMessage<FollowerMessage>(followerKinds, message)))
    void this.#waitForDeath()
  }

  get streams(): number {
    return [...this.#running.values()].filter(({ type }) => type === 'subscription').length
  }

  welcome(): void {
    this.#say({ t: 'welcome', state: this.#options.connection.state.getSnapshot() })
  }

  tellState(): void {
    this.#say({ t: 'state', state: this.#options.connection.state.getSnapshot() })
  }

  stop(): void {
    if (this.#stopped.signal.aborted) return
    this.#stopped.abort()
    this.#channel.close()
    for (const { subscription } of this.#running.values()) subscription?.unsubscribe()
    this.#running.clear()
    this.#follower.left()
  }

  /** Each follower holds a lock with its own name. Acquiring it means that the tab is gone, for whatever reason. */
  async #waitForDeath(): Promise<void> {
    const { browser, name } = this.#options
    const { signal } = this.#stopped
    const release = await holdLock(browser.locks, followerName(name, this.#follower.tab), { signal })
    release?.()
    this.stop()
  }

  #onMessage(message: FollowerMessage | null): void {
    if (message === null || message.leader !== this.#options.tab) return
    switch (message.t) {
      case 'run':
        this.#run(message.id, message.op)
        break
      case 'stop':
        this.#end(message.id)
        break
      case 'ping':
        this.#say({ t: 'pong' })
        if (message.then === 'retry') this.#options.connection.retryNow()
        if (message.then === 'probe') this.#options.connection.wake('offline')
        if (message.then === 'wake') this.#options.connection.wake('front')
        break
      case 'bye':
        this.stop()
        break
    }
  }

  #run(id: number, op: Asked): void {
    if (op.type === 'subscription' && !this.#follower.hasRoom()) {
      this.#say({ t: 'full', id })
      return
    }
    this.#say({ t: 'taken', id })
    const running: Running = { type: op.type, subscription: null }
    this.#running.set(id, running)
    const results = this.#options.connection.transport.run({ ...op, id, context: {}, signal: null })
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
    if (!this.#stopped.signal.aborted) this.#channel.post({ ...word, leader: this.#options.tab })
  }
}

/** Removes the error from a state: an error cannot be cloned, and nobody reads it. */
function copyable(result: Result): Result {
  return 'state' in result ? { ...result, error: null } : result
}
