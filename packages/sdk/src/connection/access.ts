import type { Operation } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { importCode } from '../import-code.ts'
import { createStore, type Store } from '../store.ts'
import { holdLock } from '../tabs/hold-lock.ts'
import type { TabBrowser } from '../tabs/tab-browser.ts'
import type { TabRole, TabShare } from '../tabs/tab-share.ts'
import type { ConnectionState, EndReason } from './connection-state.ts'
import { MovingOperation } from './moving-operation.ts'
import { OwnLine, type OwnLineOptions } from './own-line.ts'
import type { WakeSign } from './page-signals.ts'
import type { Results, Route } from './route.ts'

export type AccessOptions = OwnLineOptions & {
  /** With whom the line is shared; null for nobody. Asked anew for every session. */
  shareWith(): SharedWith | null
}

/** All tabs that use this name share one line; `tab` is this one's own. */
export type SharedWith = { browser: TabBrowser; name: string; tab: string }

const connecting: ConnectionState = { kind: 'connecting' }

/** How a program gets to its server: by its own line, or by that of another tab. Moves everything when that changes. */
export class Access {
  readonly state: Store<ConnectionState>
  readonly #options: AccessOptions
  readonly #line: OwnLine
  readonly #routes
  readonly #state
  /** Not asked yet with whom to share; nobody; or on the way to the others. */
  #sharing: 'unasked' | 'nobody' | 'arriving' | TabShare = 'unasked'
  #session = 0
  #unfollow = () => {}
  #stopMirror = () => {}

  constructor(options: AccessOptions) {
    this.#options = options
    this.#line = new OwnLine(options)
    this.#routes = createStore<Route | null>(this.#line.route)
    this.#state = createStore(this.#line.state.getSnapshot())
    this.state = this.#state
    this.#line.state.subscribe(() => this.#lineChanged())
  }

  /** Opens what is needed for calls and streams, unless it is open. */
  connect(): void {
    if (this.#line.state.getSnapshot().kind === 'ended') return
    if (this.#sharing === 'unasked') this.#begin()
    else if (this.#isOwn()) this.#line.open()
  }

  /** Runs a call or a stream on the way that is open, wherever it moves. */
  run(op: Operation): Results {
    return observable((observer) => {
      this.connect()
      const moving = new MovingOperation(this.#routes, { op, observer })
      return () => moving.stop()
    })
  }

  retryNow(): void {
    const role = this.#role()
    if (role.kind === 'following') role.guest.ping('retry')
    else this.#line.retryNow()
  }

  /** Finds out whether the open line still lives. Nothing changes while it does. */
  probe(): void {
    const role = this.#role()
    if (role.kind === 'following') role.guest.ping('probe')
    else this.#line.wake('offline')
  }

  wake(sign: WakeSign): void {
    const role = this.#role()
    if (sign === 'offline') this.probe()
    else if (role.kind === 'following') role.guest.ping('wake')
    else this.#line.wake(sign)
  }

  /** Another session begins. */
  renew(): void {
    this.#leaveOthers()
    this.#line.renew()
  }

  end(reason: EndReason): void {
    this.#leaveOthers()
    this.#line.end(reason)
  }

  #begin(): void {
    const shared = this.#options.shareWith()
    this.#sharing = shared === null ? 'nobody' : 'arriving'
    this.#follow()
    if (shared === null) this.#line.open()
    else void this.#meet(shared)
  }

  /** The first tab goes on at once. The code for meeting others comes later, and so it may where there are some. */
  async #meet(shared: SharedWith): Promise<void> {
    const session = this.#session
    const lead = await holdLock(shared.browser.locks, shared.name, { ifAvailable: true })
    if (lead !== null && session === this.#session) this.#goOwnWay()
    const { TabShare } = await importCode(() => import('../tabs/tab-share.ts')).catch(() => ({ TabShare: null }))
    if (session !== this.#session) lead?.()
    else if (TabShare === null) {
      // Whoever holds the lock without the code to share its line would keep every other tab waiting.
      lead?.()
      this.#goOwnWay()
    } else this.#share(new TabShare({ ...shared, line: this.#line }, lead))
  }

  #goOwnWay(): void {
    this.#sharing = 'nobody'
    this.#follow()
    this.#line.open()
  }

  #share(share: TabShare): void {
    this.#sharing = share
    this.#unfollow = share.role.subscribe(() => this.#roleChanged())
    this.#roleChanged()
  }

  #roleChanged(): void {
    this.#follow()
    if (this.#isOwn()) this.#line.open()
    // The page was away, and another tab has the line now.
    else if (this.#line.state.getSnapshot().kind !== 'idle') this.#line.renew()
  }

  /** A line that has ended is of no use to others; each of them finds out whether its own session has. */
  #lineChanged(): void {
    if (this.#line.state.getSnapshot().kind === 'ended') this.#leaveOthers()
    this.#show()
  }

  #leaveOthers(): void {
    this.#session += 1
    this.#unfollow()
    if (typeof this.#sharing === 'object') this.#sharing.stop()
    this.#sharing = 'unasked'
    this.#follow()
  }

  /** Takes the route and the state from where they are now. */
  #follow(): void {
    const role = this.#role()
    this.#stopMirror()
    this.#stopMirror = role.kind === 'following' ? role.guest.state.subscribe(() => this.#show()) : () => {}
    this.#show()
    this.#routes.set(role.kind === 'following' ? role.guest.route : this.#isOwn() ? this.#line.route : null)
  }

  #show(): void {
    const role = this.#role()
    const line = this.#line.state.getSnapshot()
    if (role.kind === 'following') this.#state.set(role.guest.state.getSnapshot())
    else this.#state.set(this.#isOwn() || line.kind === 'ended' ? line : connecting)
  }

  #isOwn(): boolean {
    const { kind } = this.#role()
    return kind === 'leading' || kind === 'apart'
  }

  #role(): TabRole {
    if (typeof this.#sharing === 'object') return this.#sharing.role.getSnapshot()
    return { kind: this.#sharing === 'arriving' ? 'joining' : 'apart' }
  }
}
