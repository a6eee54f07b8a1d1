import { createSetupLink } from '@deskbell/core/auth/accounts/set-up'
import { accountPassword, setUpAdmin } from '@deskbell/testkit/accounts'
import { createRestProbe, type RestAnswer, type RestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

let server: TestServer
let rest: RestProbe
beforeEach(async () => {
  server = await startTestServer({ authMode: 'secure', publicUrl: 'http://127.0.0.1' })
  rest = await createRestProbe(server.url)
})
afterEach(() => server.close())

const post = (path: string, body: object, token?: string) =>
  rest.call('POST', path, { body, ...(token !== undefined && { token }) })

/**
 * Makes the call while the hash of its password takes longer than a call may. When this resolves, its transaction has
 * begun: a call that comes now hashes first, and finds what it has left.
 */
async function postLate(path: string, body: object): Promise<number> {
  const { passwords } = server.core
  const hash = passwords.hash.bind(passwords)
  const answered = Promise.withResolvers<void>()
  const late = vi.spyOn(passwords, 'hash').mockImplementationOnce(async (password) => {
    await answered.promise
    return await hash(password)
  })
  const { status } = await post(path, body)
  answered.resolve()
  await waitFor(() => late.mock.settledResults[0]?.type === 'fulfilled')
  late.mockRestore()
  return status
}

const secretOf = ({ json }: RestAnswer) => new URL((json as { link: string }).link).hash.slice(1)

test('[ACC-28] a setup that takes too long is unavailable and makes nobody, and the link still works', async () => {
  const token = await createSetupLink(server.core)
  const body = { token, email: 'grace@example.test', name: 'Grace', password: accountPassword }
  expect(await postLate('/auth/setup', body)).toBe(503)
  expect((await post('/auth/setup', body)).status).toBe(201)
  expect((await server.db.pool.query('select 1 from accounts')).rowCount).toBe(1)
})

test('[ACC-28] an invitation and a link for a password that take too long change nothing, and still work', async () => {
  const admin = await setUpAdmin(server.core)
  const invited = { email: 'ada@example.test', access: 'operator' }
  const token = secretOf(await post('/operators/invitations', invited, admin.token))
  const body = { token, name: 'Ada', password: accountPassword }
  expect(await postLate('/auth/accept', body)).toBe(503)
  const accepted = await post('/auth/accept', body)
  expect(accepted.status).toBe(201)
  const { user } = accepted.json as { user: { id: number } }
  const reset = secretOf(await post(`/operators/${user.id}/reset-password`, {}, admin.token))
  const chosen = { token: reset, password: 'granite lemon ferry 208' }
  expect(await postLate('/auth/reset-password', chosen)).toBe(503)
  expect((await post('/auth/sign-in', { email: invited.email, password: accountPassword })).status).toBe(200)
  expect((await post('/auth/reset-password', chosen)).status).toBe(204)
})
