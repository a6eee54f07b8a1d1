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

test('[HTTP-7] the last public hop counts, so a forged first hop has no effect', () => {
  const address = (chain: string) => peerOf(requestFrom('::ffff:10.0.0.2', { 'x-forwarded-for': chain }), true).address
  expect(address('1.1.1.1, 203.0.113.7, 10.0.0.3')).toBe('203.0.113.7')
  expect(address('nonsense, 203.0.113.7')).toBe('203.0.113.7')
  expect(address('')).toBe('10.0.0.2')
})

test('[HTTP-7] all addresses of an IPv6 /64 have one key', () => {
  const address = (ip: string) => peerOf(requestFrom(ip), false).address
  expect(address('2001:db8:1:2::1')).toBe(address('2001:db8:1:2:ffff:1:2:3'))
  expect(address('2001:db8:1:3::1')).not.toBe(address('2001:db8:1:2::1'))
  expect(address('::1')).toBe('0:0:0:0::/64')
  expect(address('::ffff:192.0.2.1')).toBe('192.0.2.1')
})
