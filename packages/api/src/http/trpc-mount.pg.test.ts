import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, expect, test } from 'vitest'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

async function call(path: string, method: string): Promise<Response> {
  const { token } = await signInByRest(server.url, 'client')
  return fetch(`${server.url}/trpc/${path}`, { method, headers: { authorization: `Bearer ${token}` } })
}

test('[HTTP-10] HEAD of a query is 200 without a body, of a mutation 405', async () => {
  const answer = await call('users.me', 'HEAD')
  expect([answer.status, await answer.text()]).toEqual([200, ''])
  expect(answer.headers.get('content-type')).toContain('application/json')
  expect((await call('users.nobody', 'HEAD')).status).toBe(404)
  expect((await call('chats.create', 'HEAD')).status).toBe(405)
})

test('[HTTP-10] a mutation without input needs neither body nor media type', async () => {
  const answer = await call('chats.create', 'POST')
  expect([answer.status, await answer.json()]).toMatchObject([200, { result: { data: { chat: { status: 'open' } } } }])
  expect((await call('users.logout', 'POST')).status).toBe(200)
})

test.each(['/api/users/login', '/trpc/users.login'])(
  '[HTTP-40] a body that is not UTF-8 is 400 at %s and stores nobody',
  async (path) => {
    const email = `${path.split('/')[1]}@bytes.example.test`
    const head = Buffer.from(`{"email":"${email}","role":"client","name":"`)
    const body = Buffer.concat([head, Buffer.from([0xff, 0xc0, 0xaf]), Buffer.from('"}')])
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(server.url + path, { method: 'POST', headers, body })
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('"code":"invalid_input"')])
    const { rowCount } = await server.db.pool.query('select 1 from users where email = $1', [email])
    expect(rowCount).toBe(0)
  },
)
