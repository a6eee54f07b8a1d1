import { adminEmail, oidcPassword, startOidcWorld } from '@deskbell/testkit/oidc/oidc-world'
import { TestBrowser } from '@deskbell/testkit/oidc/test-browser'
import { expect, test } from 'vitest'

const bob = { sub: 'bob-1', email: 'bob@example.com', email_verified: true, name: 'Bob' }

test('[OIDC-10] with PASSWORDS=off no password signs in, makes an account or is replaced, and the provider signs in', async () => {
  await using world = await startOidcWorld({ passwordsOff: true })
  const { token } = world.admin
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const answer = await fetch(`${world.url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const { code } = (await answer.json()) as { code?: string }
    return [answer.status, code]
  }
  const forbidden = [403, 'forbidden']
  const invited = await fetch(`${world.url}/api/operators/invitations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ email: bob.email, access: 'operator' }),
  })
  const { link } = (await invited.json()) as { link: string }
  const invitation = link.split('#')[1] ?? ''
  const next = 'copper lantern 48 swims'
  expect(await post('/auth/sign-in', { email: adminEmail, password: oidcPassword })).toEqual(forbidden)
  expect(await post('/auth/sign-in', { email: adminEmail, password: 'wrong' })).toEqual(forbidden)
  expect(await post('/auth/accept', { token: invitation, name: 'Bob', password: next })).toEqual(forbidden)
  expect(await post('/auth/setup', { token: 'x', email: bob.email, name: 'Bob', password: next })).toEqual(forbidden)
  expect(await post('/auth/password', { current: oidcPassword, password: next })).toEqual(forbidden)
  world.provider.person = bob
  expect(await world.signIn(new TestBrowser())).toMatch(/^\/chats\//)
})
