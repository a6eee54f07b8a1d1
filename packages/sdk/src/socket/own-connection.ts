import type { AppRouter } from '@deskbell/api/router'
import { socketCallsMax } from '@deskbell/contract/limits'
import { type Operation, type TRPCLink, wsLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { importCode } from '../base/import-code.ts'
import type { WakeSign } from '../base/page.ts'
import { CallSlots } from '../base/slots.ts'
import { createStore, type Store } from '../base/store.ts'
import type { HttpOptions } from '../transport/http-link.ts'
import type { HttpTransportOptions } from '../transport/http-transport.ts'
import { MovingOperation } from '../transport/moving-operation.ts'
import { nothingNext, type Results, type Transport } from '../transport/transport.ts'
import type { ConnectionState, EndReason } from './connection-state.ts'
import { endedError } from './ended-error.ts'
import { SocketConnection, type SocketConnectionOptions } from './socket-connection.ts'

export type OwnConnectionOptions = Omit<SocketConnectionOptions, 'prepareHttp'> & {
  http: HttpOptions
  calls: TRPCLink<AppRouter>
  /** Whether HTTP is used where sockets are blocked. */
  fallback: boolean
}

/**
 * This program's own connection to the server: one socket, or HTTP. Running operations move between the two by
 * themselves.
 */
export class OwnConnection {
  readonly state: Store<ConnectionState>
  readonly transport: Transport = { run: (op) => this.#run(op), leave: () => 'finish' }
  readonly #options: OwnConnectionOptions
  readonly #connection: SocketConnection
  readonly #slots = new CallSlots(socketCallsMax)
  readonly #socketTransport: Transport
  readonly #ways
  #makeHttpTransport: ((options: HttpTransportOptions) => Transport) | null = null
  #wasOverHttp = false

  constructor(options: OwnConnectionOptions) {
    const prepareHttp = options.fallback ? () => this.#loadHttp() : null
    this.#options = options
    this.#connection = new SocketConnection({ ...options, prepareHttp })
    this.#socketTransport = createSocketTransport(this.#connection)
    this.#ways = createStore<Transport | null>(this.#socketTransport)
    this.state = this.#connection.state
    this.state.subscribe(() => this.#connectionChanged())
  }

  open(): void {
    this.#connection.socket()
  }

  retryNow(): void {
    this.#connection.retryNow()
  }

  wake(sign: WakeSign): void {
    if (sign === 'offline') this.#connection.probe()
    else this.#connection.wake({ newNetwork: sign === 'online' })
  }

  /** Closes the socket; it can be opened again. */
  renew(): void {
    this.#connection.renew()
  }

  end(reason: EndReason): void {
    this.#connection.end(reason)
  }

  /**
   * The server refuses more than `socketCallsMax` calls at once on one socket, so further ones are queued. Streams are
   * not.
   */
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
    const { createHttpTransport } = await importCode(() => import('../transport/http-transport.ts'))
    this.#makeHttpTransport = createHttpTransport
  }

  #connectionChanged(): void {
    const now = this.state.getSnapshot()
    const isOverHttp = now.kind === 'online' && now.via === 'http'
    if (isOverHttp === this.#wasOverHttp) return
    this.#wasOverHttp = isOverHttp
    this.#ways.set(isOverHttp ? this.#httpTransport() : this.#socketTransport)
  }

  #httpTransport(): Transport {
    const { http, calls } = this.#options
    const broke = () => this.#connection.httpLost()
    return this.#makeHttpTransport?.({ http, calls, broke }) ?? this.#socketTransport
  }
}

function startAtOnce(start: () => void): () => void {
  start()
  return () => {}
}

/**
 * The transport over this program's own socket. A new sign-in may replace the socket, so every operation asks `connection`
 * for it.
 */
export function createSocketTransport(connection: SocketConnection): Transport {
  return {
    run: (op) =>
      observable((observer) => {
        const client = connection.socket()
        if (client === null) return observer.error(endedError(connection.state.getSnapshot()))
        return wsLink<AppRouter>({ client })({})({ op, next: nothingNext }).subscribe(observer)
      }),
    // What waits for a socket was not sent; what runs on an open one ends with it.
    leave: () => (connection.isOpen() ? 'finish' : 'repeat'),
  }
}
