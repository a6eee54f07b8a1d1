import { type Addresses, roleAt, urlAt } from '../../addresses.ts'
import type { Peer } from './peer.ts'

export type OriginRule = Addresses & { allowedOrigins: readonly string[] }

/**
 * Reports whether an `Origin` header is an own or allowed origin. `null`, invalid and sibling origins are foreign. A
 * console with a URL of its own allows no other.
 */
export function isOwnOrigin(rule: OriginRule, peer: Peer, origin: string): boolean {
  const url = urlAt(rule, peer.host)
  const own = url === undefined ? ownOrigin(peer) : new URL(url).origin
  return origin === own || (roleAt(rule, peer.host) !== 'operator' && rule.allowedOrigins.includes(origin))
}

/** Leaves out the default port, as browsers do. */
function ownOrigin(peer: Peer): string | null {
  const url = `${peer.protocol}://${peer.host}`
  return peer.host !== '' && URL.canParse(url) ? new URL(url).origin : null
}
