import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '@deskbell/contract/errors'
import { refusedConnectionMs, refusedConnectionsMax } from '@deskbell/contract/limits'
import { directAddress } from './client-address.ts'
import { isProxy, peerOf } from './peer.ts'

export type AddressConnectionsOptions = {
  /** Connections that one address may have open. */
  max: number
  trustProxy: boolean
}

type Address = { readonly key: string; count: number }

/**
 * Limits what is open from one address (a /64 of IPv6) at the same time: its connections from their first moment, with
 * or without a request, sockets included. Behind a trusted proxy one connection carries the requests of many callers.
 * There the requests in progress and the sockets of the caller count instead, as in nginx.
 *
 * A connection above the limit has `refusedConnectionMs` to send a request, which is refused with `rate_limited`. When
 * many of those wait, a further one is closed at once, so that refusing costs bounded memory too.
 */
export class AddressConnections {
  readonly #options: AddressConnectionsOptions
  /** An address with nothing open has no entry. */
  readonly #addresses = new Map<string, Address>()
  readonly #open = new Map<EventEmitter, Address>()
  readonly #refused = new Set<Socket>()
  /** One function for all connections, so that none needs a closure. */
  readonly #onClose: (this: EventEmitter) => void

  constructor(options: AddressConnectionsOptions) {
    this.#options = options
    const release = (counted: EventEmitter) => this.#release(counted)
    this.#onClose = function (this: EventEmitter) {
      release(this)
    }
  }

  /** Number of addresses in memory. */
  get size(): number {
    return this.#addresses.size
  }

  /** Handles a new connection of the HTTP server. */
  opened(connection: Socket): void {
    // Its close was reported already, so it would count for ever.
    if (connection.destroyed) return
    const address = directAddress(connection)
    if (isProxy(address, this.#options.trustProxy)) return
    if (!this.#take(address, connection)) this.#refuse(connection)
  }

  /**
   * Admits a request or an upgrade. Behind a proxy it counts until `carrier` closes: its response, or the connection of
   * an upgrade. Throws `rate_limited`.
   */
  admit(request: IncomingMessage, carrier: EventEmitter): void {
    const { socket } = request
    if (isProxy(directAddress(socket), this.#options.trustProxy)) {
      if (!this.#take(peerOf(request, true).address, carrier)) throw tooMany()
      return
    }
    // Where a host name has several addresses, only the first of the listening servers reports its connections.
    if (!this.#open.has(socket) && !this.#refused.has(socket)) this.opened(socket)
    if (this.#refused.has(socket)) throw tooMany()
  }

  #take(key: string, carrier: EventEmitter): boolean {
    const address = this.#addresses.get(key) ?? { key, count: 0 }
    if (address.count >= this.#options.max) return false
    address.count += 1
    this.#addresses.set(key, address)
    this.#open.set(carrier, address)
    carrier.on('close', this.#onClose)
    return true
  }

  #release(carrier: EventEmitter): void {
    const address = this.#open.get(carrier)
    if (address === undefined) return
    this.#open.delete(carrier)
    address.count -= 1
    if (address.count === 0) this.#addresses.delete(address.key)
  }

  #refuse(connection: Socket): void {
    if (this.#refused.size >= refusedConnectionsMax) {
      connection.destroy()
      return
    }
    this.#refused.add(connection)
    const ending = setTimeout(() => connection.destroy(), refusedConnectionMs)
    connection.once('close', () => {
      clearTimeout(ending)
      this.#refused.delete(connection)
    })
  }
}

function tooMany(): AppError {
  return new AppError('rate_limited', { detail: 'Too many connections of this address.' })
}
