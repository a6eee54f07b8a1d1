import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { refusedConnectionsMax } from '@deskbell/contract/limits'
import { expect, test } from 'vitest'
import { AddressConnections } from './address-connections.ts'

function connectionFrom(address: string): Socket {
  const connection = new Socket()
  return Object.defineProperty(connection, 'remoteAddress', {
    get: () => (connection.destroyed ? undefined : address),
  })
}

/** What `admit` reads of a request. */
const requestOn = (socket: Socket) => ({ socket, headers: {} }) as IncomingMessage

async function close(connections: Socket[]): Promise<void> {
  const closed = connections.map((connection) => new Promise((resolve) => connection.once('close', resolve)))
  for (const connection of connections) connection.destroy()
  await Promise.all(closed)
}

test('[HTTP-31] as many refused connections wait as are allowed, and further ones are closed at once', async () => {
  const limit = new AddressConnections({ max: 1, trustProxy: false })
  const connections = Array.from({ length: refusedConnectionsMax + 3 }, () => connectionFrom('203.0.113.7'))
  for (const connection of connections) limit.opened(connection)
  expect(connections.map(({ destroyed }, nth) => (destroyed ? nth : -1)).filter((nth) => nth >= 0)).toEqual([
    refusedConnectionsMax + 1,
    refusedConnectionsMax + 2,
  ])
  await close(connections.slice(0, -2))
})

test('[HTTP-31] addresses with nothing open leave nothing in memory', async () => {
  const limit = new AddressConnections({ max: 2, trustProxy: true })
  const connections = Array.from({ length: 100 }, (_, nth) => connectionFrom(`203.0.${nth % 50}.7`))
  for (const connection of connections) limit.opened(connection)
  const proxy = connectionFrom('10.0.0.1')
  limit.opened(proxy)
  const carrier = new EventEmitter()
  limit.admit(requestOn(proxy), carrier)
  expect(limit.size).toBe(51)
  carrier.emit('close')
  carrier.emit('close')
  await close(connections)
  expect(limit.size).toBe(0)
  // A request of a connection that is gone counts nothing.
  limit.admit(requestOn(connections[0] ?? proxy), new EventEmitter())
  expect(limit.size).toBe(0)
})

test('[HTTP-31] a connection that was not reported counts from its first request, once', async () => {
  const limit = new AddressConnections({ max: 1, trustProxy: false })
  const [first, second] = [connectionFrom('127.0.0.1'), connectionFrom('::ffff:127.0.0.1')]
  for (let nth = 0; nth < 3; nth += 1) limit.admit(requestOn(first), new EventEmitter())
  expect(() => limit.admit(requestOn(second), new EventEmitter())).toThrow('rate_limited')
  await close([first, second])
})
