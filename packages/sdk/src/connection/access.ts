import type { AppRouter } from '@deskbell/api/router'
import type { TRPCLink } from '@trpc/client'
import type { HttpRouteOptions } from '../fallback/http-route.ts'
import type { HttpOptions } from '../http-link.ts'
import { createStore, type Store } from '../store.ts'
import type { ConnectionState, EndReason } from './connection-state.ts'
import { Line, type LineOptions } from './line.ts'
import type { WakeSign } from './page-signals.ts'
import type { Route } from './route.ts'
import { createSocketRoute } from './socket-route.ts'

export type AccessOptions = Omit<LineOptions, 'prepareHttp'> & {
  http: HttpOptions
  calls: TRPCLink<AppRouter>
  /** May it go over HTTP where sockets are blocked? */
  fallback: boolean
}

/** How a program gets to its server: picks the way, and moves everything when the way changes. */
export class Access {
  readonly state: Store<ConnectionState>
  readonly routes: Store<Route | null>
  readonly #options: AccessOptions
  readonly #line: Line
  readonly #socketRoute: Route
  readonly #routes
  #makeHttpRoute: ((options: HttpRouteOptions) => Route) | null = null
  #before: ConnectionState

  constructor(options: AccessOptions) {
    const prepareHttp = options.fallback ? () => this.#loadHttp() : null
    this.#options = options
    this.#line = new Line({ ...options, prepareHttp })
    this.#socketRoute = createSocketRoute(this.#line)
    this.#routes = createStore<Route | null>(this.#socketRoute)
    this.#before = this.#line.state.getSnapshot()
    this.state = this.#line.state
    this.routes = this.#routes
    this.state.subscribe(() => this.#lineChanged())
  }

  connect(): void {
    this.#line.socket()
  }

  retryNow(): void {
    this.#line.retryNow()
  }

  wake(sign: WakeSign): void {
    this.#line.wake({ newNetwork: sign === 'online' })
  }

  renew(): void {
    this.#line.renew()
  }

  end(reason: EndReason): void {
    this.#line.end(reason)
  }

  async #loadHttp(): Promise<void> {
    const { createHttpRoute } = await import('../fallback/http-route.ts')
    this.#makeHttpRoute = createHttpRoute
  }

  #lineChanged(): void {
    const before = this.#before
    const now = this.#line.state.getSnapshot()
    this.#before = now
    if (isOverHttp(now) !== isOverHttp(before)) this.#routes.set(this.#routeFor(now))
  }

  #routeFor(state: ConnectionState): Route {
    if (!isOverHttp(state) || this.#makeHttpRoute === null) return this.#socketRoute
    const { http, calls } = this.#options
    return this.#makeHttpRoute({ http, calls, broke: () => this.#line.httpLost() })
  }
}

function isOverHttp(state: ConnectionState): boolean {
  return state.kind === 'online' && state.via === 'http'
}
