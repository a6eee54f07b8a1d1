import { createStore, type Store } from '../base/store.ts'
import type { TabChannel } from './tab-browser.ts'
import { holdLock, type Release } from './tab-browser.ts'
import { TabFollower } from './tab-follower.ts'
import { TabLeader } from './tab-leader.ts'
import type { ShareOptions } from './tab-messages.ts'
import { followerName, parseMessage, type SharedMessage, sharedKinds } from './tab-messages.ts'

/**
 * The role of this tab among the others.
 *
 *   joining ──> leading      the tab with the lock has the connection, and runs the others' operations
 *      │  ^        ^
 *      v  │        │ the lock became free
 *   following ─────┤
 *      │           │
 *      └──> apart ─┘         the leader does not answer or has no room: an own connection, as without sharing
 */
export type TabRole =
  | { readonly kind: 'joining' }
  | { readonly kind: 'leading' }
  | { readonly kind: 'following'; readonly follower: TabFollower }
  | { readonly kind: 'apart' }

/** Shares one connection among all tabs of a session. */
export class TabShare {
  readonly role: Store<TabRole>
  readonly #role
  readonly #options: ShareOptions
  readonly #stopWatching: () => void
  #membership: Membership | null = null

  /** With `lead` the lock is already held. */
  constructor(options: ShareOptions, lead: Release | null) {
    this.#options = options
    // A tab that holds the lock has nobody to join, and its open connection must not be interrupted.
    this.#role = createStore<TabRole>({ kind: lead === null ? 'joining' : 'leading' })
    this.role = this.#role
    this.#stopWatching = options.browser.watchPage({ hidden: () => this.#hide(), restored: () => this.#begin(null) })
    this.#begin(lead)
  }

  /** Stops sharing; the next tab takes over. */
  stop(): void {
    this.#stopWatching()
    this.#membership?.end()
    this.#membership = null
    this.#role.set({ kind: 'apart' })
  }

  /** A page that goes away opens nothing any more, and does not keep others waiting. */
  #hide(): void {
    this.#membership?.end()
    this.#membership = null
    if (this.#role.getSnapshot().kind === 'following') this.#role.set({ kind: 'joining' })
  }

  #begin(lead: Release | null): void {
    this.#membership?.end()
    this.#membership = new Membership(this.#options, (role) => this.#role.set(role))
    this.#membership.begin(lead)
  }
}

/** One membership among the tabs: it ends when the page goes away, and cannot begin again. */
class Membership {
  readonly #options: ShareOptions
  readonly #become: (role: TabRole) => void
  readonly #ended = new AbortController()
  #sharedChannel: TabChannel | null = null
  #follower: TabFollower | null = null
  #leader: TabLeader | null = null
  #apart = false

  constructor(options: ShareOptions, become: (role: TabRole) => void) {
    this.#options = options
    this.#become = become
  }

  begin(lead: Release | null): void {
    const { browser, name, tab } = this.#options
    void this.#keep(holdLock(browser.locks, followerName(name, tab)), () => {})
    if (lead !== null) void this.#keep(Promise.resolve(lead), () => this.#lead())
    else void this.#tryToLead()
  }

  end(): void {
    this.#ended.abort()
    this.#sharedChannel?.close()
    this.#follower?.stop()
    this.#leader?.stop()
  }

  async #tryToLead(): Promise<void> {
    const { browser, name } = this.#options
    const lead = await holdLock(browser.locks, name, { ifAvailable: true })
    if (lead !== null) {
      await this.#keep(Promise.resolve(lead), () => this.#lead())
      return
    }
    if (this.#ended.signal.aborted) return
    void this.#keep(holdLock(browser.locks, name, { signal: this.#ended.signal }), () => this.#lead())
    this.#openSharedChannel()
    this.#findLeader()
  }

  /** Calls `got` when the lock is held, and keeps the lock until this membership ends. */
  async #keep(lock: Promise<Release | null>, got: () => void): Promise<void> {
    const release = await lock
    if (release === null) return
    if (this.#ended.signal.aborted) {
      release()
      return
    }
    this.#ended.signal.addEventListener('abort', release)
    got()
  }

  #lead(): void {
    this.#sharedChannel?.close()
    this.#sharedChannel = null
    this.#follower?.stop()
    this.#follower = null
    this.#become({ kind: 'leading' })
    if (!this.#ended.signal.aborted) this.#leader = new TabLeader(this.#options)
  }

  #openSharedChannel(): void {
    this.#sharedChannel = this.#options.browser.openChannel(this.#options.name)
    this.#sharedChannel.listen((message) => {
      if (parseMessage<SharedMessage>(sharedKinds, message)?.t === 'leading' && !this.#apart) this.#findLeader()
    })
  }

  /** Joins a leader: the first one, or a new one. */
  #findLeader(): void {
    this.#follower?.stop()
    const follower: TabFollower = new TabFollower({
      ...this.#options,
      welcomed: () => this.#follower === follower && this.#become({ kind: 'following', follower }),
      refused: () => this.#follower === follower && this.#goApart(),
    })
    this.#follower = follower
    this.#become({ kind: 'joining' })
    this.#sharedChannel?.post({ t: 'hello', tab: this.#options.tab } satisfies SharedMessage)
  }

  #goApart(): void {
    this.#apart = true
    this.#become({ kind: 'apart' })
    this.#follower?.stop()
    this.#follower = null
  }
}
