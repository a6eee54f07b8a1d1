import { createStore, type Store } from '../store.ts'
import { holdLock, type Release } from './hold-lock.ts'
import type { ShareOptions } from './share-options.ts'
import type { TabChannel } from './tab-browser.ts'
import { TabGuest } from './tab-guest.ts'
import { TabHost } from './tab-host.ts'
import { type HallMessage, hallKinds, parseMessage } from './tab-messages.ts'
import { pairName } from './tab-names.ts'

/**
 * What this tab is to the others.
 *
 *   joining ──> leading      the tab with the lock has the line, and runs things for the others
 *      │  ^        ^
 *      v  │        │ the lock became free
 *   following ─────┤
 *      │           │
 *      └──> apart ─┘         the host does not answer or has no room: an own line, as without sharing
 */
export type TabRole =
  | { readonly kind: 'joining' }
  | { readonly kind: 'leading' }
  | { readonly kind: 'following'; readonly guest: TabGuest }
  | { readonly kind: 'apart' }

/** Takes part in the sharing of one line by all tabs of a session. */
export class TabShare {
  readonly role: Store<TabRole>
  readonly #role
  readonly #options: ShareOptions
  readonly #stopWatching: () => void
  #visit: Visit | null = null

  /** With `lead` the lock is held already. */
  constructor(options: ShareOptions, lead: Release | null) {
    this.#options = options
    // With the lock in hand there is nobody to join, and the line that is open must not be given up for a moment.
    this.#role = createStore<TabRole>({ kind: lead === null ? 'joining' : 'leading' })
    this.role = this.#role
    this.#stopWatching = options.browser.watchPage({ hidden: () => this.#hide(), restored: () => this.#begin(null) })
    this.#begin(lead)
  }

  /** Leaves the others; the next of them takes over. */
  stop(): void {
    this.#stopWatching()
    this.#visit?.end()
    this.#visit = null
    this.#role.set({ kind: 'apart' })
  }

  /** A page that goes away opens nothing any more, and neither keeps others waiting. */
  #hide(): void {
    this.#visit?.end()
    this.#visit = null
    if (this.#role.getSnapshot().kind === 'following') this.#role.set({ kind: 'joining' })
  }

  #begin(lead: Release | null): void {
    this.#visit?.end()
    this.#visit = new Visit(this.#options, (role) => this.#role.set(role))
    this.#visit.begin(lead)
  }
}

/** One stay among the others: ends when the page is hidden, and cannot begin again. */
class Visit {
  readonly #options: ShareOptions
  readonly #become: (role: TabRole) => void
  readonly #ended = new AbortController()
  #hall: TabChannel | null = null
  #guest: TabGuest | null = null
  #host: TabHost | null = null
  #apart = false

  constructor(options: ShareOptions, become: (role: TabRole) => void) {
    this.#options = options
    this.#become = become
  }

  begin(lead: Release | null): void {
    const { browser, name, tab } = this.#options
    void this.#keep(holdLock(browser.locks, pairName(name, tab)), () => {})
    if (lead !== null) void this.#keep(Promise.resolve(lead), () => this.#lead())
    else void this.#tryToLead()
  }

  end(): void {
    this.#ended.abort()
    this.#hall?.close()
    this.#guest?.stop()
    this.#host?.stop()
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
    this.#enterHall()
    this.#lookForHost()
  }

  /** Uses a lock from when it is got until this stay ends. */
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
    this.#hall?.close()
    this.#hall = null
    this.#guest?.stop()
    this.#guest = null
    this.#become({ kind: 'leading' })
    if (!this.#ended.signal.aborted) this.#host = new TabHost(this.#options)
  }

  #enterHall(): void {
    this.#hall = this.#options.browser.openChannel(this.#options.name)
    this.#hall.listen((message) => {
      if (parseMessage<HallMessage>(hallKinds, message)?.t === 'leading' && !this.#apart) this.#lookForHost()
    })
  }

  /** There is a host, or another one than before. */
  #lookForHost(): void {
    this.#guest?.stop()
    const guest: TabGuest = new TabGuest({
      ...this.#options,
      welcomed: () => this.#guest === guest && this.#become({ kind: 'following', guest }),
      refused: () => this.#guest === guest && this.#goApart(),
    })
    this.#guest = guest
    this.#become({ kind: 'joining' })
    this.#hall?.post({ t: 'hello', tab: this.#options.tab } satisfies HallMessage)
  }

  #goApart(): void {
    this.#apart = true
    this.#become({ kind: 'apart' })
    this.#guest?.stop()
    this.#guest = null
  }
}
