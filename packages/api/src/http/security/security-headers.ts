import type { Peer } from './peer.ts'

/** Headers of every response. HSTS is not among them: it would make a server without TLS unreachable. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
}

/**
 * Browsers accept this header only from a trustworthy origin, which is HTTPS or loopback. Elsewhere they log a warning
 * at each load, so it is left out.
 */
export function openerPolicy(peer: Peer, publicUrl: string | undefined): Record<string, string> {
  const isTrustworthy = isHttps(peer, publicUrl) || isLoopbackHost(peer.host)
  return isTrustworthy ? { 'cross-origin-opener-policy': 'same-origin' } : {}
}

/** Reports whether the browser uses HTTPS: by the header of a trusted proxy, or by `PUBLIC_URL`. */
export function isHttps(peer: Peer, publicUrl: string | undefined): boolean {
  return peer.protocol === 'https' || (publicUrl?.startsWith('https:') ?? false)
}

function isLoopbackHost(host: string): boolean {
  return /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host)
}

/** The policy of everything that is not a page: it may load nothing, and no frame may contain it. */
export const closedPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** The policy of the service worker: it may fetch the shell of the pages, only from this origin. */
export const workerPolicy = `${closedPolicy}; connect-src 'self'`

/**
 * The policy of a page: own files, its inline scripts, and the own socket, which is listed because Safari does not
 * count it as `'self'`.
 */
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
