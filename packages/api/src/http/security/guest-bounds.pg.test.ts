import { addressGuestsMax, triesWindowMs } from '@deskbell/contract/limits'
import { startServerPair, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, expect, test } from 'vitest'

let servers: [TestServer, TestServer] & AsyncDisposable
let now = new Date()
beforeAll(async () => {
  const clock = { now: () => now }
  servers = await startServerPair({ authMode: 'secure', publicUrl: 'http://127.0.0.1', trustProxy: true, clock })
})
afterAll(() => servers[Symbol.asyncDispose]())

function makeGuest(server: TestServer, from: string): Promise<Response> {
  return fetch(`${server.url}/api/auth/guest`, { method: 'POST', headers: { 'x-forwarded-for': from } })
}

/** Makes guests on both processes by turns, a few at once, and returns how many answers had each status. */
async function makeGuests(count: number, from: (nth: number) => string): Promise<Record<number, number>> {
  const found: Record<number, number> = {}
  let made = 0
  const place = async () => {
    for (let nth = made++; nth < count; nth = made++) {
      const { status } = await makeGuest(nth % 2 === 0 ? servers[0] : servers[1], from(nth))
      found[status] = (found[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: 10 }, place))
  return found
}

const users = async () => (await servers[0].db.pool.query('select 1 from users')).rowCount

test('[AUTH-38] of one address so many guests are made in 15 minutes, on all processes together', async () => {
  const from = () => '198.51.100.7'
  const before = (await users()) ?? 0
  expect(await makeGuests(addressGuestsMax + 20, from)).toEqual({ 201: addressGuestsMax, 429: 20 })
  expect(await users()).toBe(before + addressGuestsMax)
  for (const server of servers) {
    const refused = await makeGuest(server, from())
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, String(triesWindowMs / 1_000)])
    expect((await makeGuest(server, '198.51.100.8')).status).toBe(201)
  }
  now = new Date(now.getTime() + triesWindowMs)
  expect((await makeGuest(servers[1], from())).status).toBe(201)
})

test('[AUTH-38] N30: a /64 of IPv6 is one address, and its neighbour another', async () => {
  const from = (nth: number) => `2001:db8:7:1:${(nth + 1).toString(16)}::1`
  expect(await makeGuests(addressGuestsMax + 20, from)).toEqual({ 201: addressGuestsMax, 429: 20 })
  expect((await makeGuest(servers[1], '2001:db8:7:1:ffff:ffff:ffff:ffff')).status).toBe(429)
  expect((await makeGuest(servers[0], '2001:db8:7:2::1')).status).toBe(201)
})
