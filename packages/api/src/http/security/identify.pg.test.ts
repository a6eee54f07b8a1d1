import { problemSchema } from '@deskbell/contract/errors'
import { signInRate } from '@deskbell/contract/limits'
import { loginOutputSchema } from '@deskbell/contract/users'
import { authenticate } from '@deskbell/core/auth/authenticate'
import { createIdentityKey } from '@deskbell/core/auth/identity/manage-identity-keys'
import { uniqueId } from '@deskbell/testkit/factories'
import { newSite } from '@deskbell/testkit/identities'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer, type TestServerOptions } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'

async function siteOf(server: TestServer, audience: string) {
  const { token } = await signInByRest(server.url, 'operator')
  const actor = await authenticate(server.core, token)
  if (actor === null) throw new Error('The operator is not signed in.')
  return await newSite((input) => createIdentityKey(server.core, actor, { ...input, address: '' }), { audience })
}

function post(server: TestServer, identity: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(`${server.url}/api/auth/identify`, { method: 'POST', headers, body: JSON.stringify({ identity }) })
}

const places: [string, TestServerOptions, (url: string) => string][] = [
  ['the host of PUBLIC_URL', { publicUrl: 'https://chat.example.test:8443/deskbell' }, () => 'chat.example.test:8443'],
  ['without one, the host that was asked', {}, (url) => new URL(url).host],
]

test.each(places)('[IDENT-4] the audience is %s, and the session cookie is set', async (_what, options, audienceOf) => {
  await using server = await startTestServer(options)
  const audience = audienceOf(server.url)
  const site = await siteOf(server, audience)
  const answer = await post(server, await site.sign(uniqueId('sub')))
  expect(answer.status).toBe(200)
  expect(answer.headers.getSetCookie().join()).toContain('deskbell_client=')
  expect(loginOutputSchema.parse(await answer.json())).toMatchObject({ user: { role: 'client', email: null } })
  for (const other of ['localhost', 'evil.example', `${audience}.`])
    expect((await post(server, await site.sign('1', { aud: other }))).status, other).toBe(401)
})

test('[IDENT-5] N02: every refusal has the same bytes', async () => {
  await using server = await startTestServer()
  const site = await siteOf(server, new URL(server.url).host)
  const expired = await site.sign('1', { iat: 1, exp: 2 })
  const texts = ['', 'x', '..', expired, `${expired}x`, 'x'.repeat(100_000), await site.sign('1', { aud: 'other' })]
  const answers = await Promise.all(
    texts.map(async (identity) => {
      const answer = await post(server, identity)
      return { status: answer.status, problem: { ...problemSchema.parse(await answer.json()), requestId: '' } }
    }),
  )
  for (const answer of answers) expect(answer).toEqual(answers[0])
  expect(answers[0]).toMatchObject({ status: 401, problem: { code: 'invalid_credentials' } })
})

test('[IDENT-12] identifications count as sign-ins of their address', async () => {
  await using server = await startTestServer({ rateLimits: true })
  const statuses = new Set<number>()
  // A slow machine may win back a few while it sends.
  await waitFor(async () => {
    const calls = Array.from({ length: signInRate.burst }, async () => (await post(server, 'x')).status)
    for (const status of await Promise.all(calls)) statuses.add(status)
    return statuses.has(429)
  })
  expect(statuses).toEqual(new Set([401, 429]))
})
