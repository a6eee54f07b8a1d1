import type { Peer } from './peer.ts'

export type OriginRule = {
  /** The origin that people see, when it is configured; else every request's own one counts. */
  publicUrl: string | undefined
  allowedOrigins: readonly string[]
}

/** Is this `Origin` header one of ours? `null`, unreadable and sibling origins are foreign. */
export function isOwnOrigin(rule: OriginRule, peer: Peer, origin: string): boolean {
  const own = rule.publicUrl === undefined ? ownOrigin(peer) : new URL(rule.publicUrl).origin
  return origin === own || rule.allowedOrigins.includes(origin)
}

/** The default port is left out, as browsers do. */
function ownOrigin(peer: Peer): string | null {
  const url = `${peer.protocol}://${peer.host}`
  return peer.host !== '' && URL.canParse(url) ? new URL(url).origin : null
}
