import { loginOutputSchema } from '@deskbell/contract/users'
import { authenticate } from '@deskbell/core/auth/authenticate'
import { accountPassword, setUpAdmin } from '@deskbell/testkit/accounts'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, expect, test } from 'vitest'

const publicUrl = 'http://127.0.0.1'
let server: TestServer
let email: string
beforeAll(async () => {
  server = await startTestServer({ authMode: 'secure', publicUrl })
  email = (await setUpAdmin(server.core)).email
})
afterAll(() => server.close())

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${server.url}/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: publicUrl, ...headers },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  expect(answer).toMatchObject({ token: expect.any(String) })
  return loginOutputSchema.parse(answer).token
}

const cookieOf = (role: string, token: string) => ({ cookie: `deskbell_${role}=${token}`, 'deskbell-role': role })
const isValid = async (token: string) => (await authenticate(server.core, token)) !== null

test('[AUTH-37] N09: a sign-in ends the session whose cookie it replaces, and no other', async () => {
  const input = { email, password: accountPassword }
  const [first, elsewhere] = [await post('sign-in', input), await post('sign-in', input)]
  const second = await post('sign-in', input, cookieOf('operator', first))
  expect(await Promise.all([first, elsewhere, second].map(isValid))).toEqual([false, true, true])
  const third = await post('sign-in', input, { authorization: `Bearer ${second}` })
  expect(await Promise.all([second, third].map(isValid))).toEqual([true, true])
})

test('[AUTH-37] the session of the other role stays', async () => {
  const guest = await post('guest', {})
  const operator = await post('sign-in', { email, password: accountPassword }, cookieOf('client', guest))
  expect(await Promise.all([guest, operator].map(isValid))).toEqual([true, true])
  const again = await post('guest', {}, cookieOf('client', guest))
  expect(await Promise.all([guest, again].map(isValid))).toEqual([false, true])
})
