import type { Operation } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { importCode } from '../base/import-code.ts'
import type { WakeSign } from '../base/page.ts'
import { createStore, type Store } from '../base/store.ts'
import type { ConnectionState, EndReason } from '../socket/connection-state.ts'
import { OwnConnection, type OwnConnectionOptions } from '../socket/own-connection.ts'
import type { TabBrowser } from '../tabs/tab-browser.ts'
import { holdLock } from '../tabs/tab-browser.ts'
import type { TabRole, TabShare } from '../tabs/tab-share.ts'
import { MovingOperation } from '../transport/moving-operation.ts'
import type { Results, Transport } from '../transport/transport.ts'

export type ConnectionManagerOptions = OwnConnectionOptions & {
  /** The tabs that share the connection; null for none. Called again for every session. */
  shareWith(): SharedWith | null
}

/** All tabs that use this name share one connection; `tab` identifies this one. */
export type SharedWith = { browser: TabBrowser; name: string; tab: string }

const connecting: ConnectionState = { kind: 'connecting' }

/**
 * Connects a program to its server: by its own connection, or by that of another tab. Moves running operations when that
 * changes.
 */
export class ConnectionManager {
  readonly state: Store<ConnectionState>
  readonly #options: ConnectionManagerOptions
  readonly #connection: OwnConnection
  readonly #transports
  readonly #state
  /** `unasked`: `shareWith` was not called yet. `nobody`: not shared. `arriving`: looking for the other tabs. */
  #sharing: 'unasked' | 'nobody' | 'arriving' | TabShare = 'unasked'
  #session = 0
  #unfollow = () => {}
  #stopMirror = () => {}

  constructor(options: ConnectionManagerOptions) {
    this.#options = options
    this.#connection = new OwnConnection(options)
    this.#transports = createStore<Transport | null>(this.#connection.transport)
    this.#state = createStore(this.#connection.state.getSnapshot())
    this.state = this.#state
    this.#connection.state.subscribe(() => this.#connectionChanged())
  }

  /** Opens the connection that calls and streams need, unless it is open. */
  connect(): void {
    if (this.#connection.state.getSnapshot().kind === 'ended') return
    if (this.#sharing === 'unasked') this.#begin()
    else if (this.#isOwn()) this.#connection.open()
  }

  /** Runs a call or a stream on the current transport, and moves it when the transport changes. */
  run(op: Operation): Results {
    return observable((observer) => {
      this.connect()
      const moving = new MovingOperation(this.#transports, { op, observer })
      return () => moving.stop()
    })
  }

  retryNow(): void {
    const role = this.#role()
    if (role.kind === 'following') role.follower.ping('retry')
    else this.#connection.retryNow()
  }

  /** Checks whether the open connection is alive. Changes nothing while it is. */
  probe(): void {
    const role = this.#role()
    if (role.kind === 'following') role.follower.ping('probe')
    else this.#connection.wake('offline')
  }

  wake(sign: WakeSign): void {
    const role = this.#role()
    if (sign === 'offline') this.probe()
    else if (role.kind === 'following') role.follower.ping('wake')
    else this.#connection.wake(sign)
  }

  /** Drops the connection of the old session. */
  renew(): void {
    this.#leaveOthers()
    this.#connection.renew()
  }

  end(reason: EndReason): void {
    this.#leaveOthers()
    this.#connection.end(reason)
  }

  #begin(): void {
    const shared = this.#options.shareWith()
    this.#sharing = shared === null ? 'nobody' : 'arriving'
    this.#follow()
    if (shared === null) this.#connection.open()
    else void this.#meet(shared)
  }

  /**
   * The first tab connects at once, and loads the code for sharing afterwards. Where other tabs exist, they can wait
   * for that code.
   */
  async #meet(shared: SharedWith): Promise<void> {
    const session = this.#session
    const lead = await holdLock(shared.browser.locks, shared.name, { ifAvailable: true })
    if (lead !== null && session === this.#session) this.#goOwnWay()
    const { TabShare } = await importCode(() => import('../tabs/tab-share.ts')).catch(() => ({ TabShare: null }))
    if (session !== this.#session) lead?.()
    else if (TabShare === null) {
      // A tab that holds the lock without the code to share would keep every other tab waiting.
      lead?.()
      this.#goOwnWay()
    } else this.#share(new TabShare({ ...shared, connection: this.#connection }, lead))
  }

  #goOwnWay(): void {
    this.#sharing = 'nobody'
    this.#follow()
    this.#connection.open()
  }

  #share(share: TabShare): void {
    this.#sharing = share
    this.#unfollow = share.role.subscribe(() => this.#roleChanged())
    this.#roleChanged()
  }

  #roleChanged(): void {
    this.#follow()
    if (this.#isOwn()) this.#connection.open()
    // While the page was in the browser's cache, another tab has taken over.
    else if (this.#connection.state.getSnapshot().kind !== 'idle') this.#connection.renew()
  }

  /** A connection that has ended is of no use to other tabs. Each of them finds out whether its own session has ended. */
  #connectionChanged(): void {
    if (this.#connection.state.getSnapshot().kind === 'ended') this.#leaveOthers()
    this.#show()
  }

  #leaveOthers(): void {
    this.#session += 1
    this.#unfollow()
    if (typeof this.#sharing === 'object') this.#sharing.stop()
    this.#sharing = 'unasked'
    this.#follow()
  }

  /** Takes the transport and the state from the current role. */
  #follow(): void {
    const role = this.#role()
    this.#stopMirror()
    this.#stopMirror = role.kind === 'following' ? role.follower.state.subscribe(() => this.#show()) : () => {}
    this.#show()
    this.#transports.set(
      role.kind === 'following' ? role.follower.transport : this.#isOwn() ? this.#connection.transport : null,
    )
  }

  #show(): void {
    const role = this.#role()
    const connection = this.#connection.state.getSnapshot()
    if (role.kind === 'following') this.#state.set(role.follower.state.getSnapshot())
    else this.#state.set(this.#isOwn() || connection.kind === 'ended' ? connection : connecting)
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
