import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { settingsSchema } from './settings.ts'

const file = readFileSync(new URL('../../../../nginx.conf', import.meta.url), 'utf8')
const pattern = /map \$remote_addr \$limited_address \{[^}]*"~(\^.*)" \$network;/s.exec(file)?.[1] ?? 'none'

/** The key of the limits, as nginx finds it. */
function limitedAddress(address: string): string {
  return new RegExp(pattern).exec(address)?.groups?.['network'] ?? address
}

test('[HTTP-32] the limits of nginx count an IPv4 address, and a /64 of IPv6 however its zeros are written', () => {
  expect(limitedAddress('203.0.113.7')).toBe('203.0.113.7')
  expect(limitedAddress('::1')).toBe('::1')
  expect(limitedAddress('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2:')
  expect(limitedAddress('2001:db8:1:2::9')).toBe(limitedAddress('2001:db8:1:2:aaaa:bbbb:cccc:dddd'))
  expect(limitedAddress('2001:db8:1:3::9')).not.toBe(limitedAddress('2001:db8:1:2::9'))
  expect(limitedAddress('2001:db8::9')).toBe(limitedAddress('2001:db8::a:b:c:d'))
  expect(limitedAddress('2001:db8::9')).not.toBe(limitedAddress('2001:db8:1::9'))
})

test('[HTTP-32] nginx limits the requests in progress and the new requests of an address, and answers 429', () => {
  for (const zone of ['limit_conn_zone', 'limit_req_zone']) expect(file).toContain(`${zone} $limited_address `)
  for (const line of ['limit_conn connections ', 'limit_req zone=requests ', 'error_page 429 @rate-limited'])
    expect(file).toContain(line)
})

test('[HTTP-31] by default a process allows one address as many connections as nginx does', () => {
  const limits = readFileSync(new URL('../../../../packages/contract/src/limits.ts', import.meta.url), 'utf8')
  const [, inNginx] = /limit_conn connections (\d+);/.exec(file) ?? []
  const [, inProcess] = /addressConnectionsMax = ([\d_]+)/.exec(limits) ?? []
  expect(Number(inProcess?.replace('_', ''))).toBe(Number(inNginx))
  expect(settingsSchema.shape.CONNECTIONS_PER_ADDRESS.meta()).toMatchObject({ example: inNginx })
})
