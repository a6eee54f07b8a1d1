import type { IncomingMessage } from 'node:http'
import { directAddress, forwardedAddress, isPrivateAddress, limitKey } from './client-address.ts'

/** The peer of a request, from trustworthy sources only. */
export type Peer = {
  /** The key of rate limits: a single IPv4 address, or a whole IPv6 /64. */
  address: string
  protocol: 'http' | 'https'
  /** The `Host` header in lower case, with its port; empty when there is none. */
  host: string
}

/**
 * Reads the peer of a request. Forwarding headers count only with `trustProxy`, and only on a connection from loopback
 * or a private network, because any other peer could forge them. `X-Forwarded-Host` never counts: the proxy must pass
 * `Host` through.
 */
export function peerOf(request: IncomingMessage, trustProxy: boolean): Peer {
  const direct = directAddress(request.socket)
  const host = (request.headers.host ?? '').toLowerCase()
  if (!isProxy(direct, trustProxy)) return { address: limitKey(direct), protocol: 'http', host }
  const address = forwardedAddress(headerText(request, 'x-forwarded-for'), direct)
  return { address: limitKey(address), protocol: forwardedProtocol(request), host }
}

/** Reports whether a connection from this canonical address is one of a proxy that is believed. */
export function isProxy(direct: string, trustProxy: boolean): boolean {
  return trustProxy && direct !== '' && isPrivateAddress(direct)
}

/** What the nearest proxy has written counts. */
function forwardedProtocol(request: IncomingMessage): Peer['protocol'] {
  const nearest = headerText(request, 'x-forwarded-proto').split(',').at(-1) ?? ''
  return nearest.trim().toLowerCase() === 'https' ? 'https' : 'http'
}

/** Node joins repeated headers with commas, in their order. */
function headerText(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}
