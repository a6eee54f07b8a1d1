import { generateKeyPairSync } from 'node:crypto'
import { actorOf, newChat, sendText, uniqueId } from '@deskbell/testkit/factories'
import { type FaultProxy, startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type SignIdentityOptions, signIdentity } from './identity.ts'
import { type ChatFollower, createSdk, type Sdk, type SdkOptions } from './index.ts'

let server: TestServer
let proxy: FaultProxy
let admin: Sdk
let key: { kid: string; secret: string }
const audience = 'chat.example.test'
const open: Sdk[] = []

beforeAll(async () => {
  server = await startTestServer({ publicUrl: `https://${audience}` })
  proxy = await startFaultProxy(server.url)
  const login = await signInByRest(server.url, 'operator')
  admin = createSdk({ url: server.url, role: 'operator', token: login.token })
  const { kid, secret = '' } = await admin.api.identityKeys.create.mutate({ alg: 'HS256' })
  key = { kid, secret }
})
afterEach(() => {
  for (const sdk of open.splice(0)) sdk.close()
  proxy.target(server.url)
})
afterAll(async () => {
  admin.close()
  await proxy.close()
  await server.close()
})

function start(options: Partial<SdkOptions>): Sdk {
  const sdk = createSdk({ url: proxy.url, role: 'client', random: () => 0.05, ...options })
  open.push(sdk)
  return sdk
}

function site(subject: string, expiresInSeconds = 600) {
  const calls: number[] = []
  const identity = async () => {
    calls.push(performance.now())
    return await signIdentity({ ...key, audience, subject, name: 'Ada', expiresInSeconds })
  }
  return { calls, identity }
}

const textsOf = (follower: ChatFollower) =>
  follower.getSnapshot().entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []))

test('[IDENT-26] a program is identified by its site before it calls anything', async () => {
  const { calls, identity } = site(uniqueId('sub'))
  const sdk = start({ identity })
  const { user } = await sdk.api.users.me.query()
  expect(user).toMatchObject({ name: 'Ada', role: 'client' })
  const { chat } = await sdk.api.chats.create.mutate({})
  expect(chat.client).toMatchObject({ id: user.id, verified: true })
  expect(sdk.session.getSnapshot()).toMatchObject({ kind: 'signed-in', user: { id: user.id } })
  expect(calls).toHaveLength(1)
})

test('[IDENT-21] it renews the session before its end: no entry is missing, and no message is stored twice', async () => {
  const { calls, identity } = site(uniqueId('sub'), 3)
  const sdk = start({ identity })
  const { chat } = await sdk.api.chats.create.mutate({})
  const mine = sdk.follow(chat.id)
  const theirs = admin.follow(chat.id)
  const sent: string[] = []
  while (calls.length < 4) {
    const text = `message ${sent.length}`
    sent.push(text)
    await (sent.length % 2 === 0 ? admin : sdk).send(chat.id, text)
  }
  await waitFor(() => textsOf(mine).length === sent.length && textsOf(theirs).length === sent.length)
  expect(textsOf(mine)).toEqual(sent)
  expect(textsOf(theirs)).toEqual(sent)
  expect(sdk.session.getSnapshot().kind).toBe('signed-in')
  theirs.stop()
}, 60_000)

test('[IDENT-22] while the site or the server is away it asks again, and what was sent meanwhile is sent then', async () => {
  let failures = 2
  const { identity } = site(uniqueId('sub'))
  proxy.target('http://127.0.0.1:9')
  const sdk = start({
    identity() {
      failures -= 1
      if (failures >= 0) throw new Error('The site is away.')
      return identity()
    },
  })
  const sending = sdk.api.chats.create.mutate({}).then(({ chat }) => sdk.send(chat.id, 'hello'))
  await waitFor(() => failures < 0)
  proxy.target(server.url)
  expect(await sending).toMatchObject({ text: 'hello' })
})

test('[IDENT-23] a refused identity ends the session, and a sign-out stops the renewal', async () => {
  const refused = start({ identity: () => signIdentity({ ...key, audience: 'other.example.test', subject: '1' }) })
  await expect(refused.api.chats.list.query({})).rejects.toThrow()
  expect(refused.session.getSnapshot().kind).toBe('signed-out')
  const { calls, identity } = site(uniqueId('sub'), 2)
  const sdk = start({ identity })
  await sdk.api.users.me.query()
  await sdk.logout()
  const [before, endsAt] = [calls.length, Date.now() + 2_000]
  await waitFor(() => Date.now() > endsAt, { what: 'the end of the last token' })
  expect(sdk.session.getSnapshot().kind).toBe('signed-out')
  expect(calls).toHaveLength(before)
})

test('[IDENT-24] a guest that becomes an identified client keeps its chat and what it has written', async () => {
  const subject = uniqueId('sub')
  await start({ identity: site(subject).identity }).api.users.me.query()
  const login = await admin.api.auth.guest.mutate()
  const guest = await actorOf(server.core, login)
  const chat = await newChat(server.core, guest)
  await sendText(server.core, guest, { chatId: chat.id })
  const sdk = start({ token: login.token, userId: guest.userId, identity: site(subject).identity })
  const follower = sdk.follow(chat.id)
  await waitFor(() => follower.getSnapshot().status === 'live')
  expect(follower.getSnapshot().entries).toMatchObject([{ kind: 'message', actor: { name: 'Ada' } }])
})

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('[IDENT-25] a server signs with a secret, or with a private key as PEM, JWK or CryptoKey', async () => {
  const publicKey = { ...pair.publicKey.export({ format: 'jwk' }) }
  const { kid } = await admin.api.identityKeys.create.mutate({ alg: 'ES256', publicKey })
  const jwk = { ...pair.privateKey.export({ format: 'jwk' }), key_ops: ['verify'] }
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const imported = await crypto.subtle.importKey('jwk', { ...jwk, key_ops: ['sign'] }, curve, false, ['sign'])
  const subject = uniqueId('sub')
  const keys: Pick<SignIdentityOptions, 'kid' | 'secret' | 'privateKey'>[] = [
    key,
    { kid, privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    { kid, privateKey: jwk },
    { kid, privateKey: imported },
  ]
  for (const each of keys) {
    const options = {
      audience,
      subject,
      name: 'Ädä 🙂',
      email: `${subject}@example.test`,
      ...each,
    } as SignIdentityOptions
    const { user } = await admin.api.auth.identify.mutate({ identity: await signIdentity(options) })
    expect(user).toMatchObject({ name: 'Ädä 🙂', email: `${subject}@example.test` })
  }
})

test('[ACC-30] what it signs names the picture, or that there is none', async () => {
  for (const avatarUrl of ['https://a.example/ada.png', null, undefined]) {
    const token = await signIdentity({ ...key, audience, subject: '1', ...(avatarUrl !== undefined && { avatarUrl }) })
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    expect(claims.avatarUrl).toBe(avatarUrl)
  }
})

test.each([
  ['a subject of 256 characters', { subject: 's'.repeat(256) }],
  ['no subject', { subject: '' }],
  ['more than an hour', { expiresInSeconds: 3_601 }],
  ['no time', { expiresInSeconds: 0 }],
  ['an origin for an audience', { audience: 'https://chat.example.test' }],
])('[IDENT-25] it refuses what Deskbell would refuse: %s', async (_what, change) => {
  await expect(signIdentity({ ...key, audience, subject: '1', ...change })).rejects.toThrow()
})
