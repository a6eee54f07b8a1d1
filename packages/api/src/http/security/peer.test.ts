import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { peerOf } from './peer.ts'

function requestFrom(remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress })
  const request = new IncomingMessage(socket)
  Object.assign(request.headers, headers)
  return request
}

const forwarded = { host: 'desk.example', 'x-forwarded-for': '6.6.6.6, 203.0.113.7', 'x-forwarded-proto': 'https' }

/** The address of a caller behind a proxy in a private network. */
const behindProxy = (chain: string) =>
  peerOf(requestFrom('::ffff:10.0.0.2', { 'x-forwarded-for': chain }), true).address

test('[AUTH-9] forwarding headers count only with trustProxy and from a private address', () => {
  expect(peerOf(requestFrom('127.0.0.1', forwarded), true)).toEqual({
    address: '203.0.113.7',
    protocol: 'https',
    host: 'desk.example',
  })
  expect(peerOf(requestFrom('127.0.0.1', forwarded), false)).toMatchObject({ address: '127.0.0.1', protocol: 'http' })
  expect(peerOf(requestFrom('198.51.100.9', forwarded), true)).toMatchObject({
    address: '198.51.100.9',
    protocol: 'http',
  })
})

test('[AUTH-9] of several protocols that of the nearest proxy counts', () => {
  const protocol = (value: string) => peerOf(requestFrom('10.0.0.2', { 'x-forwarded-proto': value }), true).protocol
  expect([protocol('https, http'), protocol('http, HTTPS')]).toEqual(['http', 'https'])
})

test.each([
  ['1.1.1.1, 203.0.113.7, 10.0.0.3', '203.0.113.7'],
  ['nonsense, 203.0.113.7', '203.0.113.7'],
  ['203.0.113.7,, ,', '203.0.113.7'],
  ['', '10.0.0.2'],
  [' , ', '10.0.0.2'],
])('[HTTP-21] of the chain %j the rightmost public hop counts: %s', (chain, address) => {
  expect(behindProxy(chain)).toBe(address)
})

test.each([
  ['10.9.9.9, 192.168.1.5', '192.168.1.5'],
  ['127.0.0.1, 172.16.3.4, 10.0.0.3', '10.0.0.3'],
  ['fd00::1, 192.168.1.5', '192.168.1.5'],
])(
  '[HTTP-21] of the all-private chain %j the rightmost hop counts, so that a forged one does not',
  (chain, address) => {
    expect(behindProxy(chain)).toBe(address)
  },
)

test.each([
  ['203.0.113.7, unknown', '10.0.0.2'],
  ['203.0.113.7, _hidden, 192.168.1.5', '192.168.1.5'],
  ['203.0.113.7, 203.0.113.256, 10.0.0.3', '10.0.0.3'],
  ['203.0.113.7, [2001:db8::1', '10.0.0.2'],
])('[HTTP-21] what stands to the left of a hop that is no address does not count: %j', (chain, address) => {
  expect(behindProxy(chain)).toBe(address)
})

test('[HTTP-21] a hop of any length that is no address does not count', () => {
  expect(behindProxy(`203.0.113.7, ${'9'.repeat(10_000)}`)).toBe('10.0.0.2')
  expect(behindProxy(`203.0.113.7, ${' '.repeat(10_000)}192.168.1.5`)).toBe('203.0.113.7')
})

test('[HTTP-21] of a chain of thousands of private hops only the last are read', () => {
  expect(behindProxy(`203.0.113.7, ${'10.0.0.3, '.repeat(3_000)}192.168.1.5`)).toBe('192.168.1.5')
})

test.each([
  ['203.0.113.7:51234', '203.0.113.7'],
  ['"203.0.113.7"', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
  ['[::ffff:203.0.113.7]:443', '203.0.113.7'],
  ['[2001:db8::1]', '2001:db8:0:0::/64'],
  ['"[2001:DB8::1]:443"', '2001:db8:0:0::/64'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8:0:0::/64'],
  ['2001:db8::203.0.113.7', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('[HTTP-22] the address %j has one spelling: %s', (spelled, address) => {
  expect(behindProxy(spelled)).toBe(address)
})

test('[HTTP-22] all addresses of an IPv6 /64 have one key', () => {
  const address = (ip: string) => peerOf(requestFrom(ip), false).address
  expect(address('2001:db8:1:2::1')).toBe(address('2001:db8:1:2:ffff:1:2:3'))
  expect(address('2001:db8:1:3::1')).not.toBe(address('2001:db8:1:2::1'))
  expect(address('::1')).toBe('0:0:0:0::/64')
  expect(address('::ffff:192.0.2.1')).toBe('192.0.2.1')
})
