import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

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
  const direct = plainAddress(request.socket.remoteAddress ?? '')
  const host = (request.headers.host ?? '').toLowerCase()
  if (!trustProxy || !isPrivate(direct)) return { address: limitKey(direct), protocol: 'http', host }
  const chain = headerText(request, 'x-forwarded-for')
    .split(',')
    .map((part) => plainAddress(part.trim()))
  const hops = chain.filter((hop) => isIP(hop) !== 0)
  const outside = hops.findLast((hop) => !isPrivate(hop)) ?? hops.at(0) ?? direct
  const protocol = headerText(request, 'x-forwarded-proto').trim().toLowerCase() === 'https' ? 'https' : 'http'
  return { address: limitKey(outside), protocol, host }
}

const privateNetworks = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateNetworks.addSubnet(network, bits, 'ipv4')
}
privateNetworks.addAddress('::1', 'ipv6')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')

function isPrivate(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && privateNetworks.check(address, version === 6 ? 'ipv6' : 'ipv4')
}

/** Converts an IPv4 address that is mapped to IPv6 (`::ffff:`) to IPv4. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address
}

/** One household has a whole /64, so limits on single IPv6 addresses would limit nothing. */
function limitKey(address: string): string {
  if (isIP(address) !== 6) return address
  const [left = '', right] = address.split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const zeros = right === undefined ? 0 : 8 - head.length - tail.length
  const groups = [...head, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...tail]
  return `${groups.slice(0, 4).join(':')}::/64`
}

function headerText(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}
