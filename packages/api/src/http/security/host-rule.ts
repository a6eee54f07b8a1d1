import type { IncomingMessage } from 'node:http'
import { AppError } from '@deskbell/contract/errors'
import type { Addresses } from '../../addresses.ts'

export type HostRule = Addresses & { authMode: 'open' | 'secure'; allowedHosts: readonly string[] }

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Reports whether a host is served. In open mode anybody may sign in, so a foreign page that uses DNS rebinding must
 * get nothing: only names that an attacker cannot own are served. In secure mode only those of `PUBLIC_URL` and
 * `CONSOLE_URL` are, so that no cache in between keeps a page that names another host.
 */
export function isOwnHost(rule: HostRule, host: string): boolean {
  const name = hostName(host)
  if (name === null) return false
  if (rule.allowedHosts.includes(name)) return true
  if (rule.authMode === 'open' && loopbackNames.has(name)) return true
  return [rule.publicUrl, rule.consoleUrl].some((url) => url !== undefined && new URL(url).hostname === name)
}

/**
 * Throws `invalid_input` for more than one `Host`, and for none in HTTP/1.1. Throws `forbidden` for a host that is not
 * served.
 */
export function assertOwnHost(rule: HostRule, request: IncomingMessage): void {
  assertOneHost(request)
  if (request.headers.host === undefined && request.httpVersion !== '1.0') {
    throw new AppError('invalid_input', { detail: 'The request has no Host.' })
  }
  if (!isOwnHost(rule, (request.headers.host ?? '').toLowerCase())) {
    throw new AppError('forbidden', { detail: 'This name is not served here.' })
  }
}

/** Throws `invalid_input` for two `Host` headers: a proxy may route by one, and this server by the other. */
export function assertOneHost({ rawHeaders }: IncomingMessage): void {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
  if (hosts.length > 1) throw new AppError('invalid_input', { detail: 'The request has more than one Host.' })
}

/** Returns the name without its port, or null when the header is not a valid host. */
function hostName(host: string): string | null {
  if (!/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return null
  return host.replace(/:\d{1,5}$/, '').toLowerCase()
}
