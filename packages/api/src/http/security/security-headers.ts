import type { HttpOptions } from '../http-options.ts'
import type { Peer } from './peer.ts'

/** Headers of every response, whatever asks for it. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
}

/** Headers of every response of this server, also of those to what is no request. */
export type FixedHeaders = Readonly<Record<string, string>>

const yearSeconds = 365 * 24 * 60 * 60

/**
 * HSTS only where `PUBLIC_URL` says https and the mode is secure: it makes a server without TLS unreachable for a year. It
 * does not stand for subdomains, which may be of others.
 */
export function fixedHeaders({ authMode, publicUrl }: Pick<HttpOptions, 'authMode' | 'publicUrl'>): FixedHeaders {
  const isStrict = authMode === 'secure' && (publicUrl?.startsWith('https:') ?? false)
  return { ...securityHeaders, ...(isStrict && { 'strict-transport-security': `max-age=${yearSeconds}` }) }
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

/** Where browsers report what the policy of a page has refused. */
export const cspReportPath = '/csp-reports'

/** Names the place that the policy of a page reports to, for browsers with the Reporting API. */
export const reportingHeaders = { 'reporting-endpoints': `csp="${cspReportPath}"` }

/**
 * The policy of a page: own files, its inline scripts, and the own socket, which is listed because Safari does not
 * count it as `'self'`. Text becomes script only through the policy of the pages, which knows the service worker alone.
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
    "require-trusted-types-for 'script'",
    'trusted-types default',
    `report-uri ${cspReportPath}`,
    'report-to csp',
  ].join('; ')
}
