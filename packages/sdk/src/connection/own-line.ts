import type { AppRouter } from '@deskbell/api/router'
import { socketCallsMax } from '@deskbell/contract/limits'
import type { Operation, TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { CallSlots } from '../call-slots.ts'
import type { HttpRouteOptions } from '../fallback/http-route.ts'
import type { HttpOptions } from '../http-link.ts'
import { importCode } from '../import-code.ts'
import { createStore, type Store } from '../store.ts'
import type { ConnectionState, EndReason } from './connection-state.ts'
import { Line, type LineOptions } from './line.ts'
import { MovingOperation } from './moving-operation.ts'
import type { WakeSign } from './page-signals.ts'
import type { Results, Route } from './route.ts'
import { createSocketRoute } from './socket-route.ts'

export type OwnLineOptions = Omit<LineOptions, 'prepareHttp'> & {
  http: HttpOptions
  calls: TRPCLink<AppRouter>
  /** May it go over HTTP where sockets are blocked? */
  fallback: boolean
}

/** This program's own way to the server: one socket, or HTTP. What runs on it moves between the two by itself. */
export class OwnLine {
  readonly state: Store<ConnectionState>
  readonly route: Route = { run: (op) => this.#run(op), leave: () => 'finish' }
  readonly #options: OwnLineOptions
  readonly #line: Line
  readonly #slots = new CallSlots(socketCallsMax)
  readonly #socketRoute: Route
  readonly #ways
  #makeHttpRoute: ((options: HttpRouteOptions) => Route) | null = null
  #wasOverHttp = false

  constructor(options: OwnLineOptions) {
    const prepareHttp = options.fallback ? () => this.#loadHttp() : null
    this.#options = options
    this.#line = new Line({ ...options, prepareHttp })
    this.#socketRoute = createSocketRoute(this.#line)
    this.#ways = createStore<Route | null>(this.#socketRoute)
    this.state = this.#line.state
    this.state.subscribe(() => this.#lineChanged())
  }

  open(): void {
    this.#line.socket()
  }

  retryNow(): void {
    this.#line.retryNow()
  }

  wake(sign: WakeSign): void {
    if (sign === 'offline') this.#line.probe()
    else this.#line.wake({ newNetwork: sign === 'online' })
  }

  /** Closes the socket; it can be opened anew. */
  renew(): void {
    this.#line.renew()
  }

  end(reason: EndReason): void {
    this.#line.end(reason)
  }

  /** The server refuses more calls at once on one socket, so further ones wait for their turn. Streams do not. */
  #run(op: Operation): Results {
    return observable((observer) => {
      let moving: MovingOperation | null = null
      const start = () => {
        moving = new MovingOperation(this.#ways, { op, observer })
      }
      const release = op.type === 'subscription' ? startAtOnce(start) : this.#slots.take(start)
      return () => {
        moving?.stop()
        release()
      }
    })
  }

  async #loadHttp(): Promise<void> {
    const { createHttpRoute } = await importCode(() => import('../fallback/http-route.ts'))
    this.#makeHttpRoute = createHttpRoute
  }

  #lineChanged(): void {
    const now = this.state.getSnapshot()
    const isOverHttp = now.kind === 'online' && now.via === 'http'
    if (isOverHttp === this.#wasOverHttp) return
    this.#wasOverHttp = isOverHttp
    this.#ways.set(isOverHttp ? this.#httpRoute() : this.#socketRoute)
  }

  #httpRoute(): Route {
    const { http, calls } = this.#options
    const broke = () => this.#line.httpLost()
    return this.#makeHttpRoute?.({ http, calls, broke }) ?? this.#socketRoute
  }
}

function startAtOnce(start: () => void): () => void {
  start()
  return () => {}
}
