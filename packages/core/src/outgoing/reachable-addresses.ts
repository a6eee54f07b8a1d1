import ipaddr from 'ipaddr.js'

/** How an address would be spoken to. */
export type Reach = { secure: boolean; port: number }

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

/**
 * The network addresses that the server may speak to for somebody else: public ones, over https on port 443, and the
 * networks that the owner of the server names, over http and on other ports too.
 */
export class ReachableAddresses {
  readonly #named: Network[]

  /** `named`: networks such as `10.1.2.0/24`. Throws for another form. */
  constructor(named: readonly string[] = []) {
    this.#named = named.map((network) => ipaddr.parseCIDR(network))
  }

  /** `address`: as a resolver returns it, or as a URL has it. */
  has(address: string, { secure, port }: Reach): boolean {
    if (!ipaddr.isValid(address)) return false
    const parsed = ipaddr.parse(address)
    if (this.#named.some(([network, bits]) => isIn(parsed, network, bits))) return true
    return secure && port === 443 && isPublic(parsed)
  }
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, network: ipaddr.IPv4 | ipaddr.IPv6, bits: number): boolean {
  return address.kind() === network.kind() && address.match(network, bits)
}

/**
 * The library knows the special ranges of IANA. Of IPv6 it takes what is in none of them for public, such as addresses of
 * IPv4 behind 96 zeros, and only 2000::/3 is (RFC 4291, section 2.4).
 */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false
  return !(address instanceof ipaddr.IPv6) || ((address.parts[0] ?? 0) & 0xe000) === 0x2000
}
