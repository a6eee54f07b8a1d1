export type HostRule = {
  authMode: 'open' | 'secure'
  publicUrl: string | undefined
  allowedHosts: readonly string[]
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * In open mode anybody may sign in, so a page that was rebound to our address must get nothing:
 * only names that an attacker cannot own are answered. In secure mode every name is.
 */
export function isOwnHost(rule: HostRule, host: string): boolean {
  if (rule.authMode === 'secure') return true
  const name = hostName(host)
  if (name === null) return false
  if (loopbackNames.has(name) || rule.allowedHosts.includes(name)) return true
  return rule.publicUrl !== undefined && new URL(rule.publicUrl).hostname === name
}

/** The name without its port; null when the header is not a host. */
function hostName(host: string): string | null {
  if (!/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return null
  return host.replace(/:\d{1,5}$/, '').toLowerCase()
}
