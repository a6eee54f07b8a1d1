import { signIdentity } from '@deskbell/sdk/identity'
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
  const identity = await signIdentity({ ...site, subject: 'u-17', name: 'Mara Lindqvist', email: 'mara@example.com' })
  const known = await post<SignedIn>(`${url}/api/auth/identify`, { identity })
  const guest = await post<SignedIn>(`${url}/api/auth/guest`, { name: 'Иван Смирнов' })
  const clients = new Map([
    ['Mara Lindqvist', await ask(url, known, 'The lamp flickers when I dim it. Is that a fault?')],
    ['Иван Смирнов', await ask(url, guest, 'Здравствуйте! Сколько идёт доставка в Казань?')],
  ])
  return { olga: { id: user.id, token }, dmitri, clients }
}

async function ask(url: string, { user, token }: SignedIn, text: string) {
  const { chat } = await post<{ chat: { id: number } }>(`${url}/api/chats`, {}, token)
  await post(`${url}/api/chats/${chat.id}/messages`, { clientMsgId: 'first', text }, token)
  return { person: { id: user.id, token }, chatId: chat.id }
}
