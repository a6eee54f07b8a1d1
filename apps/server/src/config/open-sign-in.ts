import { isLoopback } from './addresses.ts'
import type { Settings } from './settings.ts'

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
