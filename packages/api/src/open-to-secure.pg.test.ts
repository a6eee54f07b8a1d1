import type { CreateIdentityKeyOutput } from '@deskbell/contract/access/identity'
import { createSetupLink } from '@deskbell/core/auth/accounts/set-up'
import { accountPassword } from '@deskbell/testkit/accounts'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { newSite } from '@deskbell/testkit/identities'
import { createRestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { expect, onTestFinished, test } from 'vitest'

type SignedIn = { token: string; user: { id: number } }
type Listed = { items: { id: number; status: string; operator: { id: number } | null }[] }

const emails = { grace: 'grace@example.test', ada: 'ada@example.test', vera: 'vera@example.test' }

async function start(connectionString: string, authMode: 'open' | 'secure'): Promise<TestServer> {
  const server = await startTestServer({ connectionString, authMode, publicUrl: 'http://127.0.0.1' })
  onTestFinished(() => server.close())
  return server
}

/** Calls of the REST interface, each with its bearer. */
async function callsTo({ url }: TestServer) {
  const rest = await createRestProbe(url)
  return async <T = unknown>(path: string, token?: string, body?: object): Promise<{ status: number; json: T }> => {
    const method = body === undefined ? 'GET' : 'POST'
    const { status, json } = await rest.call(method, path, { ...(token !== undefined && { token }), body })
    return { status, json: json as T }
  }
}

test('[AUTH-11] [ACC-2] [IDENT-18] a database of open mode goes on in secure mode, and its sessions count again when it returns', async () => {
  const { connectionString, drop } = await freshDatabase({ poolMax: 1 })
  onTestFinished(drop)

  // Two operators and a client of open mode. The client has two chats, of which one is assigned.
  const open = await start(connectionString, 'open')
  const callOpen = await callsTo(open)
  const login = async (email: string, role: 'client' | 'operator') =>
    (await callOpen<SignedIn>('/users/login', undefined, { email, name: email, role })).json
  const [grace, ada, vera] = [
    await login(emails.grace, 'operator'),
    await login(emails.ada, 'operator'),
    await login(emails.vera, 'client'),
  ]
  const newChat = async () => (await callOpen<{ chat: { id: number } }>('/chats', vera.token, {})).json.chat.id
  const [asked, queued] = [await newChat(), await newChat()]
  expect(
    await callOpen(`/chats/${asked}/messages`, vera.token, { clientMsgId: 'first', text: 'Where is my parcel?' }),
  ).toMatchObject({ status: 201 })
  expect((await callOpen(`/chats/${asked}/assign-operator`, ada.token, {})).status).toBe(200)
  await open.close()

  // Nobody of before gets in by what was enough then.
  const secure = await start(connectionString, 'secure')
  const call = await callsTo(secure)
  const old = [grace, ada, vera].map(({ token }) => token)
  expect(await Promise.all(old.map(async (token) => (await call('/chats', token)).status))).toEqual([401, 401, 401])
  expect((await call('/users/login', undefined, { email: emails.grace, name: 'x', role: 'operator' })).status).toBe(403)
  const signIn = (email: string) => call('/auth/sign-in', undefined, { email, password: accountPassword })
  expect((await signIn(emails.grace)).status).toBe(401)
  const stranger = (await call<SignedIn>('/auth/guest', undefined, { name: emails.vera })).json
  expect((await call<Listed>('/chats', stranger.token)).json.items).toEqual([])

  // The operators have accounts now, under their ids, and with their chats.
  const setup = {
    token: await createSetupLink(secure.core),
    email: emails.grace,
    name: 'Grace',
    password: accountPassword,
  }
  const admin = (await call<SignedIn>('/auth/setup', undefined, setup)).json
  expect(admin.user).toMatchObject({ id: grace.user.id, access: 'admin' })
  const invited = await call<{ link: string }>('/operators/invitations', admin.token, {
    email: emails.ada,
    access: 'operator',
  })
  const token = new URL(invited.json.link).hash.slice(1)
  const accepted = (await call<SignedIn>('/auth/accept', undefined, { token, name: 'Ada', password: accountPassword }))
    .json
  expect(accepted.user).toMatchObject({ id: ada.user.id, access: 'operator' })
  const chats = (await call<Listed>('/chats', accepted.token)).json.items
  expect(chats.map(({ id, operator }) => [id, operator?.id ?? null])).toEqual([
    [asked, ada.user.id],
    [queued, null],
  ])

  // The client has its chats back by an identity of its address, and its chat goes on where it was.
  const site = await newSite(
    async (input) => (await call<CreateIdentityKeyOutput>('/identity-keys', admin.token, input)).json,
    { audience: '127.0.0.1' },
  )
  const identity = await site.sign('u-17', { email: emails.vera, name: 'Vera' })
  const back = (await call<SignedIn>('/auth/identify', undefined, { identity })).json
  expect((await call<Listed>('/chats', back.token)).json.items.map(({ id }) => id)).toEqual([asked, queued])
  const sent = await call<{ message: { seq: number } }>(`/chats/${asked}/messages`, back.token, {
    clientMsgId: 'second',
    text: 'Still nothing.',
  })
  expect(sent.status).toBe(201)
  const log = await call<{ items: { text: string }[] }>(`/chats/${asked}/messages`, accepted.token)
  expect(log.json.items.map(({ text }) => text).sort()).toEqual(['Still nothing.', 'Where is my parcel?'])
  await secure.close()

  // Back in open mode the sessions of secure mode are void, and those of before count again.
  const again = await callsTo(await start(connectionString, 'open'))
  const statuses = [admin, accepted, back, stranger].map(async (each) => (await again('/chats', each.token)).status)
  expect(await Promise.all(statuses)).toEqual([401, 401, 401, 401])
  expect((await again('/chats', grace.token)).status).toBe(200)
})
