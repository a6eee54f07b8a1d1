import type { Peer } from './peer.ts'

/** For everything we answer. Over plain HTTP there is no HSTS: it would lock people out of a server without TLS. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
}

/**
 * Browsers take this one from a trustworthy origin only, which is HTTPS or this machine, and elsewhere print a warning
 * at each load.
 */
export function openerPolicy(peer: Peer, publicUrl: string | undefined): Record<string, string> {
  const isTrustworthy = isHttps(peer, publicUrl) || isLoopbackHost(peer.host)
  return isTrustworthy ? { 'cross-origin-opener-policy': 'same-origin' } : {}
}

/** Did the browser come over HTTPS, as far as we can know? A proxy may not say so, and then `PUBLIC_URL` does. */
export function isHttps(peer: Peer, publicUrl: string | undefined): boolean {
  return peer.protocol === 'https' || (publicUrl?.startsWith('https:') ?? false)
}

function isLoopbackHost(host: string): boolean {
  return /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host)
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
