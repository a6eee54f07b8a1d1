import { freePort } from '@deskbell/testkit/free-port'
import type { BrowserContext, Page } from 'playwright-core'
import { eventually } from './eventually.ts'
import type { RunningServer } from './start-server.ts'
import { createWorld, type World } from './world.ts'

/** A world whose server runs in secure mode. */
export type SecureWorld = World & {
  /** The link that the server printed at its start. */
  readonly setupLink: string
}

type Env = Record<string, string>

/** `envOf` makes further settings for the port. */
export async function createSecureWorld(
  envOf: (port: number) => Env | Promise<Env> = () => ({}),
): Promise<SecureWorld> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const world = await createWorld({
    env: { AUTH_MODE: 'secure', PUBLIC_URL: url, PORT: String(port), RATE_LIMITS: 'on', ...(await envOf(port)) },
  })
  return { ...world, setupLink: setupLinkOf(world.server), [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

/** Returns the link that a server printed at its start. */
export function setupLinkOf(server: RunningServer): string {
  const lines = server.output().split('\n')
  const link = lines.find((line) => /^http:[^ ]+\/setup#/.test(line))
  if (link === undefined) throw new Error(`The server printed no setup link:\n${server.output()}`)
  return link
}

export const passwords = { admin: 'violet otter kayak 71', operator: 'granite lemon ferry 208' }

export type Account = { readonly email: string; readonly name: string; readonly password: string }

export const admin: Account = { email: 'grace@example.test', name: 'Grace Hopper', password: passwords.admin }

/** Makes the first admin by REST. Returns its token. */
export async function setUp({ url, setupLink }: SecureWorld): Promise<string> {
  const { email, name, password } = admin
  // On a busy machine the first password is slow, and an admin may be made although the answer is `unavailable`.
  await post(`${url}/api/auth/setup`, { email, name, password, token: tokenOf(setupLink) }).catch(() => undefined)
  const { token } = await post<{ token: string }>(`${url}/api/auth/sign-in`, { email, password })
  return token
}

export type Invited = { readonly email: string; readonly access?: 'admin' | 'operator' }

/** Returns the link of an invitation. */
export async function invite(url: string, token: string, { email, access = 'operator' }: Invited): Promise<string> {
  const { link } = await post<{ link: string }>(`${url}/api/operators/invitations`, { email, access }, token)
  return link
}

export type Session = { readonly id: number; readonly token: string }

/** Makes an operator by REST. */
export async function addOperator(
  url: string,
  token: string,
  { email, name, password, access }: Account & Pick<Invited, 'access'>,
): Promise<Session> {
  const link = await invite(url, token, { email, ...(access && { access }) })
  const answer = await post<{ user: { id: number }; token: string }>(`${url}/api/auth/accept`, {
    token: tokenOf(link),
    name,
    password,
  })
  return { id: answer.user.id, token: answer.token }
}

/** Makes an operator of this name, whose address is its first part. */
export async function operatorOf(world: World, token: string, name: string): Promise<Account & Session> {
  const account = { email: `${name.toLowerCase()}@example.test`, name, password: passwords.operator }
  return { ...account, ...(await addOperator(world.url, token, account)) }
}

/** Opens a page of an operator who signed in by REST. `path` may name the chats page as `/chats/0`. */
export async function openAs(
  context: BrowserContext,
  url: string,
  { email, password, path = '/chats/0' }: Pick<Account, 'email' | 'password'> & { path?: string },
): Promise<Page> {
  const response = await context.request.post(`${url}/api/auth/sign-in`, {
    data: { email, password },
    headers: { origin: url },
  })
  if (!response.ok()) throw new Error(`The sign-in was refused: ${response.status()} ${await response.text()}`)
  const page = await context.newPage()
  await page.goto(`${url}${path}`)
  await page.getByRole('main').waitFor()
  return page
}

export function tokenOf(link: string): string {
  return new URL(link).hash.slice(1)
}

export async function post<T>(address: string, body: object, token?: string): Promise<T> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  // A busy server refuses for a moment.
  const response = await eventually(
    () => fetch(address, { method: 'POST', headers, body: JSON.stringify(body) }),
    ({ status }) => status !== 503,
  )
  if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await response.text()}`)
  return response.status === 204 ? (undefined as T) : await response.json()
}
