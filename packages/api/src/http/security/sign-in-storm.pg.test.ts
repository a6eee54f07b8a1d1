import { addressSignInsWaitingMax, signInsRunningMax } from '@deskbell/contract/limits'
import { accountPassword, setUpAdmin } from '@deskbell/testkit/accounts'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

let server: TestServer
let email: string
beforeAll(async () => {
  server = await startTestServer({ authMode: 'secure', publicUrl: 'http://127.0.0.1', trustProxy: true })
  email = (await setUpAdmin(server.core)).email
})
afterAll(() => server.close())
beforeEach(() => server.db.pool.query('delete from sign_in_tries'))

type SignIn = { from: string; as?: string; signal?: AbortSignal }

function signIn({ from, as = email, signal }: SignIn): Promise<Response> {
  return fetch(`${server.url}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify({ email: as, password: accountPassword }),
    ...(signal && { signal }),
  })
}

/** Takes every place in which a sign-in may run. Returns the function that frees them. */
async function occupy(): Promise<() => void> {
  const places = Array.from({ length: signInsRunningMax }, (_, nth) => server.core.queues.signIns.enter(`busy-${nth}`))
  const leave = await Promise.all(places)
  return () => {
    for (const each of leave) each()
  }
}

const triesOf = async () => (await server.db.pool.query('select key from sign_in_tries')).rowCount
const untilWaiting = (count: number) =>
  waitFor(() => server.core.queues.signIns.waiting === count, { what: 'the queue' })

test('[ACC-27] of one address so many sign-ins wait, more are refused at once, and other addresses get in', async () => {
  const leave = await occupy()
  let answered = 0
  const flood = Array.from({ length: addressSignInsWaitingMax }, async (_, nth) => {
    const { status } = await signIn({ from: '11.0.0.1', as: `nobody-${nth}@example.test` })
    answered += 1
    return status
  })
  await untilWaiting(addressSignInsWaitingMax)
  const refused = await signIn({ from: '11.0.0.1' })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  const other = signIn({ from: '11.0.0.2' })
  await untilWaiting(addressSignInsWaitingMax + 1)
  leave()
  expect((await other).status).toBe(200)
  expect(answered).toBeLessThan(flood.length)
  expect(await Promise.all(flood)).toContain(401)
})

test('[ACC-27] a sign-in whose caller has gone does not run, and is no try', async () => {
  const leave = await occupy()
  const gone = new AbortController()
  const signingIn = signIn({ from: '11.0.0.3', signal: gone.signal }).catch(() => 'gone')
  await untilWaiting(1)
  gone.abort()
  expect(await signingIn).toBe('gone')
  await untilWaiting(0)
  leave()
  expect((await signIn({ from: '11.0.0.4' })).status).toBe(200)
  // One key of the address; that of the account is forgotten by the right password.
  expect(await triesOf()).toBe(1)
})
