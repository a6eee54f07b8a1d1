import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encoded, sampleImage } from '@deskbell/files/testing/sample-images'
import { signIdentity } from '@deskbell/sdk/identity'
import { eventually } from '../eventually.ts'
import { addOperator, passwords, post, tokenOf } from '../secure-world.ts'
import { operators } from './sample-data.ts'
import type { Seeded } from './seed.ts'

type SignedIn = { readonly user: { readonly id: number }; readonly token: string }

/** The same people on a server in secure mode: accounts, keys, a client for whom the own site has signed, and a guest. */
export async function seedSecure(url: string, setupLink: string): Promise<Seeded> {
  const { user, token } = await post<SignedIn>(`${url}/api/auth/setup`, {
    ...operators.olga,
    password: passwords.admin,
    token: tokenOf(setupLink),
  })
  const dmitri = await addOperator(url, token, { ...operators.dmitri, password: passwords.operator })
  await post(`${url}/api/operators/invitations`, { email: 'noah@example.com', access: 'admin' }, token)
  await post(`${url}/api/keys`, { name: 'Order status', scopes: ['read', 'send'] }, token)
  await post(`${url}/api/keys`, { name: 'Nightly report', scopes: ['read'] }, token)
  const { kid, secret } = await post<{ kid: string; secret: string }>(
    `${url}/api/identity-keys`,
    { alg: 'HS256' },
    token,
  )
  const site = { kid, secret, audience: new URL(url).host }
  await using album = await startAlbum()
  const mara = { subject: 'u-17', name: 'Mara Lindqvist', email: 'mara@example.com', avatarUrl: album.url }
  const identity = await signIdentity({ ...site, ...mara })
  const known = await post<SignedIn>(`${url}/api/auth/identify`, { identity })
  const guest = await post<SignedIn>(`${url}/api/auth/guest`, { name: 'Иван Смирнов' })
  const clients = new Map([
    ['Mara Lindqvist', await ask(url, known, 'The lamp flickers when I dim it. Is that a fault?')],
    ['Иван Смирнов', await ask(url, guest, 'Здравствуйте! Сколько идёт доставка в Казань?')],
  ])
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/png' }
  await fetch(`${url}/api/users/me/avatar`, { method: 'PUT', headers, body: new Uint8Array(await portrait()) })
  await eventually(
    () => fetch(`${url}/avatars/${known.user.id}`, { headers }),
    ({ ok }) => ok,
  )
  return { olga: { id: user.id, token }, dmitri, clients }
}

async function ask(url: string, { user, token }: SignedIn, text: string) {
  const { chat } = await post<{ chat: { id: number } }>(`${url}/api/chats`, {}, token)
  await post(`${url}/api/chats/${chat.id}/messages`, { clientMsgId: 'first', text }, token)
  return { person: { id: user.id, token }, chatId: chat.id }
}

async function portrait(): Promise<Buffer> {
  return await encoded(sampleImage({ width: 300, height: 300 }), 'image/png')
}

/** Where the own site has the pictures of its users. */
async function startAlbum() {
  const server = createServer((_request, response) => void portrait().then((picture) => response.end(picture)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/mara.png`, [Symbol.asyncDispose]: async () => void server.close() }
}
