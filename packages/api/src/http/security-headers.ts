import type { Peer } from './peer.ts'

/** For everything we answer. Over plain HTTP there is no HSTS: it would lock people out of a server without TLS. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
}

/** What is not a page may load nothing and stand in no frame. */
export const closedPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** The worker that keeps the shell of the pages fetches from here, and from nowhere else. */
export const workerPolicy = `${closedPolicy}; connect-src 'self'`

/** Only our own files, the scripts written into the page, and our own socket: Safari does not count it as `'self'`. */
export function pagePolicy(peer: Peer, scriptHashes: readonly string[]): string {
  const host = /^[\w.:[\]-]+$/.test(peer.host) ? ` ws://${peer.host} wss://${peer.host}` : ''
  return [
    "default-src 'none'",
    ["script-src 'self'", ...scriptHashes].join(' '),
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${host}`,
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ')
}
