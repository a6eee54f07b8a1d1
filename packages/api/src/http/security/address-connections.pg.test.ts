import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { refusedConnectionMs } from '@deskbell/contract/limits'
import { openRaw, signInByRest, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'

const max = 4

type Line = { connection: Socket; answer: () => string; isClosed: () => boolean }

/** Opens a bare connection, and collects what is answered until it is closed. */
async function open(server: TestServer): Promise<Line> {
  const connection = connect(Number(new URL(server.url).port), '127.0.0.1')
  let received = ''
  let closed = false
  connection.on('data', (data) => (received += String(data)))
  connection.on('error', () => undefined)
  connection.on('close', () => (closed = true))
  await once(connection, 'connect')
  return { connection, answer: () => received, isClosed: () => closed }
}

/** Opens so many connections, and waits until the server has accepted them. */
async function fill(server: TestServer, count: number): Promise<Line[]> {
  const lines = await Promise.all(Array.from({ length: count }, () => open(server)))
  for (const { connection } of lines) connection.write(asked('/healthz'))
  await waitFor(() => lines.every(({ answer }) => answer().includes('"ok"')))
  return lines
}

const asked = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`
const upgrade =
  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'

test('[HTTP-31] a request and an upgrade on a connection above the limit of its address are 429, and it is closed', async () => {
  await using server = await startTestServer({ connectionsPerAddress: max })
  const lines = await fill(server, max)
  const body = JSON.stringify({ email: 'late@example.test', name: 'Late', role: 'client' })
  const login = `POST /api/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  for (const text of [asked('/api/users/me'), asked('/nowhere'), login, asked('/', upgrade)]) {
    const line = await open(server)
    line.connection.write(text)
    await waitFor(line.isClosed)
    expect(line.answer()).toMatch(/^HTTP\/1\.1 429 /)
    expect(line.answer()).toMatch(/retry-after: \d/i)
    expect(line.answer()).toContain('"code":"rate_limited"')
  }
  const { rows } = await server.db.pool.query('select 1 from users')
  expect(rows).toEqual([])
  // A place is free again when one of the others is closed.
  lines[0]?.connection.destroy()
  await expect.poll(async () => (await fetch(`${server.url}/api/users/me`)).status).toBe(401)
})

test('[HTTP-31] a connection above the limit that sends nothing is closed, and health checks are answered on it', async () => {
  await using server = await startTestServer({ connectionsPerAddress: max })
  await fill(server, max)
  const silent = await open(server)
  const probe = await open(server)
  probe.connection.write(asked('/healthz'))
  await waitFor(() => probe.answer().includes('"ok"'))
  await waitFor(() => silent.isClosed() && probe.isClosed(), { timeoutMs: refusedConnectionMs + 5_000 })
  expect(silent.answer()).toBe('')
})

test('[HTTP-31] sockets count until they are closed', async () => {
  await using server = await startTestServer({ connectionsPerAddress: max + 1 })
  const login = await signInByRest(server.url, 'client')
  const sockets = await Promise.all(Array.from({ length: max }, () => openRaw(server.wsUrl, login)))
  await expect.poll(async () => (await tryUpgrade(server.wsUrl, login)).status).toBe(429)
  for (const { ws } of sockets) ws.close()
  await expect.poll(async () => (await tryUpgrade(server.wsUrl, login)).status).toBe(101)
})

test('[HTTP-31] behind a trusted proxy the sockets of each forwarded address count, a /64 of IPv6 as one', async () => {
  await using server = await startTestServer({ connectionsPerAddress: max, trustProxy: true })
  const { token } = await signInByRest(server.url, 'client')
  const from = (address: string) => ({ token, headers: { 'x-forwarded-for': address } })
  const sockets = await Promise.all(
    Array.from({ length: max }, (_, nth) => openRaw(server.wsUrl, from(`2001:db8:0:1::${nth}`))),
  )
  expect((await tryUpgrade(server.wsUrl, from('2001:db8:0:1:ffff::1'))).status).toBe(429)
  const me = (address: string) => fetch(`${server.url}/api/users/me`, { headers: { 'x-forwarded-for': address } })
  const refused = await me('2001:db8:0:1::9')
  expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'rate_limited' }])
  expect((await me('2001:db8:0:2::9')).status).toBe(401)
  expect((await tryUpgrade(server.wsUrl, from('203.0.113.7'))).status).toBe(101)
  for (const { ws } of sockets) ws.terminate()
  await expect.poll(async () => (await me('2001:db8:0:1::9')).status).toBe(401)
})

test('[HTTP-31] behind a trusted proxy finished requests do not count', async () => {
  await using server = await startTestServer({ connectionsPerAddress: 1, trustProxy: true })
  for (let nth = 0; nth < 5; nth += 1)
    expect((await fetch(`${server.url}/nowhere`, { headers: { 'x-forwarded-for': '203.0.113.7' } })).status).toBe(404)
})
