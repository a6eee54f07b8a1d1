import { triesWindowMs } from '@deskbell/contract/limits'
import { beginPasskey } from '@deskbell/core/auth/factors/passkeys'
import { createKey } from '@deskbell/core/operators/keys/manage-keys'
import { actorOf, type Member, newMember, accountPassword as password, setUpAdmin } from '@deskbell/testkit/accounts'
import { uniqueId } from '@deskbell/testkit/factories'
import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import { openRaw } from '@deskbell/testkit/probes/live-probe'
import { SoftAuthenticator } from '@deskbell/testkit/soft-authenticator'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const publicUrl = 'http://127.0.0.1'
const site = { origin: publicUrl, rpId: '127.0.0.1' }
let now = new Date('2030-01-01T00:00:00.000Z')
let server: TestServer
let admin: Member
beforeAll(async () => {
  server = await startTestServer({ authMode: 'secure', publicUrl, clock: { now: () => now } })
  admin = await setUpAdmin(server.core)
})
afterAll(() => server.close())

const paths = {
  'auth.signIn': '/auth/sign-in',
  'auth.secondFactor': '/auth/second-factor',
  'auth.passkeyOptions': '/auth/passkey-options',
  'auth.passkeySignIn': '/auth/passkey-sign-in',
  'auth.prove': '/auth/prove',
  'auth.addPasskey': '/auth/passkeys',
  'auth.beginTotp': '/auth/totp',
  'auth.confirmTotp': '/auth/totp/confirm',
} as const
type Name = keyof typeof paths
type Answer = { code: string; cookies: number; output: Record<string, unknown> }
type Asked = { name: Name; input: object; token?: string }

const headersOf = (token: string | undefined): Record<string, string> => ({
  'content-type': 'application/json',
  ...(token !== undefined && { authorization: `Bearer ${token}` }),
})

const outputSchema = z.record(z.string(), z.unknown())
const trpcSchema = z.union([
  z.object({ result: z.object({ data: outputSchema.optional() }) }),
  z.object({ error: z.object({ data: z.object({ code: z.string() }) }) }),
])

function read(answer: unknown, cookies: number): Answer {
  const parsed = trpcSchema.parse(answer)
  if ('error' in parsed) return { code: parsed.error.data.code, cookies, output: {} }
  return { code: 'ok', cookies, output: parsed.result.data ?? {} }
}

const ways: Record<string, (asked: Asked) => Promise<Answer>> = {
  async REST({ name, input, token }) {
    const url = `${server.url}/api${paths[name]}`
    const response = await fetch(url, { method: 'POST', headers: headersOf(token), body: JSON.stringify(input) })
    const output = outputSchema.parse(await response.json())
    const code = response.ok ? 'ok' : z.string().parse(output.code)
    return { code, cookies: response.headers.getSetCookie().length, output: response.ok ? output : {} }
  },
  async tRPC({ name, input, token }) {
    const url = `${server.url}/trpc/${name}`
    const response = await fetch(url, { method: 'POST', headers: headersOf(token), body: JSON.stringify(input) })
    return read(await response.json(), response.headers.getSetCookie().length)
  },
  async 'the socket'({ name, input, token = admin.token }) {
    await using socket = await openRaw(server.wsUrl, { token })
    socket.send({ id: 1, method: 'mutation', params: { path: name, input } })
    return read(await socket.frame((frame) => trpcSchema.safeParse(frame).success), 0)
  },
}

type Ada = Member & { secret: string; recoveryCodes: string[]; device: SoftAuthenticator }

/** An operator with every factor, added by this way. */
async function newAda(way: (asked: Asked) => Promise<Answer>): Promise<Ada> {
  const ada = await newMember(server.core, admin)
  const { token } = ada
  const { output: begun } = await way({ name: 'auth.beginTotp', input: {}, token })
  const secret = z.string().parse(begun.secret)
  const code = oneTimeCode(secret, now)
  const { output } = await way({ name: 'auth.confirmTotp', input: { code }, token })
  const device = new SoftAuthenticator(publicUrl)
  const { options } = await beginPasskey(server.core, ada.actor, { address: '127.0.0.1', site })
  const input = { name: 'Laptop', credential: device.create(options) }
  expect((await way({ name: 'auth.addPasskey', input, token })).code).toBe('ok')
  now = new Date(now.getTime() + 60_000)
  return { ...ada, secret, recoveryCodes: z.array(z.string()).parse(output.recoveryCodes), device }
}

async function sessionsOf({ user }: Member): Promise<unknown[]> {
  return (await server.db.pool.query('select id, proved_at from sessions where user_id = $1', [user.id])).rows
}

describe.each(Object.entries(ways))('over %s', (name, way) => {
  const challengeOf = async ({ email }: Member) => {
    const answer = await way({ name: 'auth.signIn', input: { email, password } })
    expect(answer).toMatchObject({ code: 'ok', cookies: 0, output: { methods: ['passkey', 'totp', 'recovery'] } })
    return z.string().parse(answer.output.challenge)
  }
  const optionsOf = async () => {
    const { output } = await way({ name: 'auth.passkeyOptions', input: {} })
    return z.looseObject({ challenge: z.string() }).parse(output.options)
  }

  test('[FACTOR-14] N26: whatever is wrong is refused, and makes no session and no proof', async () => {
    const ada = await newAda(way)
    const before = await sessionsOf(ada)
    const forged = { isForged: true } as const
    const calls: [Name, (challenge: string) => Promise<object>][] = [
      ['auth.signIn', async () => ({ email: ada.email, password: 'wrong' })],
      ['auth.secondFactor', async (challenge) => ({ challenge, method: 'totp', code: '000000' })],
      ['auth.secondFactor', async (challenge) => ({ challenge, method: 'recovery', code: 'aaaa-aaaa-aaaa-aaaa' })],
      [
        'auth.secondFactor',
        async (challenge) => ({
          ...{ challenge, method: 'passkey' },
          code: ada.device.get({ challenge, rpId: site.rpId }, forged),
        }),
      ],
      ['auth.secondFactor', async () => ({ challenge: 'x', method: 'totp', code: oneTimeCode(ada.secret, now) })],
      ['auth.passkeySignIn', async () => ({ assertion: ada.device.get(await optionsOf(), forged) })],
      ['auth.prove', async () => ({ method: 'password', code: 'wrong' })],
      ['auth.prove', async () => ({ method: 'totp', code: '000000' })],
      ['auth.prove', async () => ({ method: 'recovery', code: 'aaaa-aaaa-aaaa-aaaa' })],
      ['auth.prove', async () => ({ method: 'passkey', code: ada.device.get(await optionsOf(), forged) })],
    ]
    for (const [called, inputOf] of calls) {
      // So that no limit of tries hides an outcome.
      now = new Date(now.getTime() + triesWindowMs)
      const input = await inputOf(await challengeOf(ada))
      const answer = await way({ name: called, input, token: ada.token })
      expect([called, answer]).toEqual([called, { code: 'invalid_credentials', cookies: 0, output: {} }])
    }
    expect(await sessionsOf(ada)).toEqual(before)
  })

  test('[FACTOR-14] what is right is accepted, and a browser keeps the session', async () => {
    const ada = await newAda(way)
    const cookies = name === 'the socket' ? 0 : 1
    const bySecondFactor = async (method: string, codeOf: (challenge: string) => string) => {
      const challenge = await challengeOf(ada)
      const input = { challenge, method, code: codeOf(challenge) }
      return await way({ name: 'auth.secondFactor', input })
    }
    const answers = [
      await bySecondFactor('totp', () => oneTimeCode(ada.secret, now)),
      await bySecondFactor('recovery', () => ada.recoveryCodes[0] ?? ''),
      await bySecondFactor('passkey', (challenge) => ada.device.get({ challenge, rpId: site.rpId })),
      await way({ name: 'auth.passkeySignIn', input: { assertion: ada.device.get(await optionsOf()) } }),
    ]
    for (const answer of answers) {
      expect(answer).toMatchObject({ code: 'ok', output: { user: { id: ada.user.id } } })
      expect(answer.cookies).toBeGreaterThanOrEqual(cookies)
    }
    const proof = { method: 'password', code: password }
    expect(await way({ name: 'auth.prove', input: proof, token: ada.token })).toMatchObject({ code: 'ok' })
  })

  test('[FACTOR-14] a key of a program adds no factor and proves nothing', async () => {
    const actor = await actorOf(server.core, admin)
    const asked = { name: uniqueId('Key'), scopes: ['manage' as const], address: '127.0.0.1' }
    const { secret: token } = await createKey(server.core, actor, asked)
    const codes = [
      await way({ name: 'auth.prove', input: { method: 'password', code: password }, token }),
      await way({ name: 'auth.beginTotp', input: {}, token }),
      await way({ name: 'auth.addPasskey', input: { name: 'Laptop', credential: '{}' }, token }),
    ].map(({ code }) => code)
    expect(codes).toEqual(['forbidden', 'forbidden', 'forbidden'])
  })
})
