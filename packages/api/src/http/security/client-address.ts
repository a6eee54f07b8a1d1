import { BlockList, isIP, type Socket } from 'node:net'

/** Longer than any address with brackets, port and zone. */
const hopCharsMax = 64
/** Longer chains are read only so far. No chain of real proxies is longer. */
const hopsMax = 16

/**
 * Returns the address of the caller: the rightmost hop of the chain that is not a proxy of ours. Only private addresses
 * count as proxies of ours. If all hops are private, returns the rightmost, because the nearest proxy has written it
 * and the caller may have written the others. The same holds behind a hop that is no address: what stands to the left
 * of it was passed on by somebody unknown.
 */
export function forwardedAddress(chain: string, direct: string): string {
  let nearest: string | null = null
  let last = direct
  for (const hop of hopsFromRight(chain)) {
    const address = canonicalAddress(hop)
    if (address === null) return last
    if (!isPrivateAddress(address)) return address
    nearest ??= address
    last = address
  }
  return nearest ?? direct
}

/** Empty elements are skipped, as in every list of HTTP. */
function* hopsFromRight(chain: string): Generator<string> {
  let end = chain.length
  for (let hops = 0; end > 0 && hops < hopsMax; hops += 1) {
    const comma = chain.lastIndexOf(',', end - 1)
    const hop = chain.slice(comma + 1, end).trim()
    if (hop !== '') yield hop
    end = comma
  }
}

/**
 * Returns the one spelling of an address, without brackets, port and zone; null for anything else. An IPv4 address that
 * is mapped to IPv6 becomes IPv4. The text is a copy that keeps no header in memory.
 */
export function canonicalAddress(text: string): string | null {
  if (text.length > hopCharsMax) return null
  const bare = withoutPort(text.replace(/^"(.*)"$/, '$1')).replace(/%.*$/, '')
  const version = isIP(bare)
  if (version === 0) return null
  if (version === 4) return flat(bare)
  const groups = groupsOf(bare)
  const [, , , , , marker, high = 0, low = 0] = groups
  const isMapped = marker === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  if (isMapped) return flat([high >> 8, high & 255, low >> 8, low & 255].join('.'))
  return flat(groups.map((group) => group.toString(16)).join(':'))
}

function withoutPort(text: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\d{1,5})?|(\d[\d.]*):\d{1,5})$/.exec(text) ?? []
  return bracketed ?? plain ?? text
}

/** Returns the eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [left = '', right] = address.split('::')
  const head = numbersOf(left)
  const tail = right === undefined ? [] : numbersOf(right)
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

function numbersOf(part: string): number[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return Number.parseInt(group, 16)
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}

/** A part of a header would keep the whole header in memory. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

const privateNetworks = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateNetworks.addSubnet(network, bits, 'ipv4')
}
privateNetworks.addAddress('::1', 'ipv6')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')

/** Reports whether a canonical address is one of loopback or of a private network. */
export function isPrivateAddress(address: string): boolean {
  return privateNetworks.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}

/** Returns the key of rate limits. One household has a whole /64, so limits on single IPv6 addresses would limit nothing. */
export function limitKey(address: string): string {
  return address.includes(':') ? flat(`${address.split(':', 4).join(':')}::/64`) : address
}

/** Returns the canonical address of the other end of a connection; empty when the connection is gone. */
export function directAddress(connection: Pick<Socket, 'remoteAddress'>): string {
  return canonicalAddress(connection.remoteAddress ?? '') ?? ''
}
