/** Reports whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

/**
 * Reports whether browsers reach the server at an address on which nobody else can read along: an `https:` one, or one of
 * this machine.
 */
export function isPrivateAddress(publicUrl: string | undefined): boolean {
  if (publicUrl === undefined) return false
  const { protocol, hostname } = new URL(publicUrl)
  // Browsers find names below `localhost` on this machine, whatever a resolver says.
  return protocol === 'https:' || isLoopback(hostname) || hostname.endsWith('.localhost')
}
