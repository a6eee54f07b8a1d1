import type { Peer } from './peer.ts'

export type OriginRule = {
  /** The public URL, if configured. Without it, the scheme and host of each request form its own origin. */
  publicUrl: string | undefined
  allowedOrigins: readonly string[]
}

/** Reports whether an `Origin` header is an own or allowed origin. `null`, invalid and sibling origins are foreign. */
export function isOwnOrigin(rule: OriginRule, peer: Peer, origin: string): boolean {
  const own = rule.publicUrl === undefined ? ownOrigin(peer) : new URL(rule.publicUrl).origin
  return origin === own || rule.allowedOrigins.includes(origin)
}

/** Leaves out the default port, as browsers do. */
function ownOrigin(peer: Peer): string | null {
  const url = `${peer.protocol}://${peer.host}`
  return peer.host !== '' && URL.canParse(url) ? new URL(url).origin : null
}
