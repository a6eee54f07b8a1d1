import type { Settings } from './settings.ts'

/** Reports whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

type Reach = Pick<Settings, 'HOST' | 'PUBLIC_URL' | 'TRUST_PROXY' | 'PUBLISH_ADDRESS'>

/**
 * Returns the setting by which other machines may reach this server, as `NAME=value`; null when only this machine can.
 * A container listens on all of its own addresses and trusts a proxy, so `PUBLISH_ADDRESS` counts there in place of
 * `HOST` and `TRUST_PROXY`.
 */
export function openSignInReach({ HOST, PUBLIC_URL, TRUST_PROXY, PUBLISH_ADDRESS }: Reach): string | null {
  if (PUBLIC_URL !== undefined && !isLoopback(new URL(PUBLIC_URL).hostname)) return `PUBLIC_URL=${PUBLIC_URL}`
  if (PUBLISH_ADDRESS !== undefined) return isLoopback(PUBLISH_ADDRESS) ? null : `PUBLISH_ADDRESS=${PUBLISH_ADDRESS}`
  if (!isLoopback(HOST)) return `HOST=${HOST}`
  return TRUST_PROXY === 'yes' ? 'TRUST_PROXY=yes' : null
}

/**
 * Reports whether browsers reach the server at an address on which nobody else can read along: an `https:` one, or one of
 * this machine.
 */
export function isPrivateAddress(publicUrl: string | undefined): boolean {
  if (publicUrl === undefined) return false
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'https:' || isLoopback(hostname)
}
