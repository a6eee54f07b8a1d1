import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signIdentity } from '@deskbell/sdk/identity'
import { createServer as createPages } from 'vite'

type User = { readonly id: string; readonly name: string; readonly email: string }

/** The site has verified these addresses. An address that somebody merely typed must not be signed. */
const users: readonly User[] = [
  { id: 'u-17', name: 'Ann Lee', email: 'ann@example.com' },
  { id: 'u-42', name: 'Ben Okafor', email: 'ben@example.com' },
]

/** By the value of the cookie: one session for each user. */
const sessions = new Map<string, User>(users.map((user) => [randomUUID(), user]))

export type SiteOptions = {
  readonly deskbellUrl: string
  /** An identity key of Deskbell, HS256, and its secret. Neither ever reaches a page. */
  readonly kid: string
  readonly secret: string
  /** 0 takes any that is free. */
  readonly port: number
}

export type Site = { readonly url: string; close(): Promise<void> }

/** Starts a site that has users of its own, and a page in which they write to its support. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const server = createServer((request, response) => void answer(request, response))
  const pages = await createPages({
    root: `${import.meta.dirname}/..`,
    logLevel: 'error',
    server: {
      middlewareMode: { server },
      hmr: false,
      // Page and Deskbell are one origin for the browser, as behind a reverse proxy.
      proxy: { '/trpc': { target: options.deskbellUrl, ws: true, changeOrigin: true } },
    },
  })
  server.listen(options.port, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = sessions.get(cookieOf(request))
    switch (`${request.method} ${request.url}`) {
      case 'POST /sign-in':
        return await signIn(request, response)
      case 'POST /sign-out':
        return void response.writeHead(303, { location: '/', 'set-cookie': cookie('', 0) }).end()
      case 'GET /me':
        return void response.writeHead(user === undefined ? 204 : 200).end(user?.name)
      case 'GET /deskbell-token':
        if (user === undefined) return void response.writeHead(401).end()
        return void response.writeHead(200, { 'cache-control': 'no-store' }).end(await tokenOf(user, options))
      default:
        pages.middlewares(request, response)
    }
  }

  return {
    url: `http://localhost:${port}`,
    async close() {
      server.closeAllConnections()
      await pages.close()
      server.close()
    },
  }
}

/** Says to Deskbell who the user is. The id never changes, so it is the same client on every device. */
function tokenOf({ id, name, email }: User, { kid, secret, deskbellUrl }: SiteOptions): Promise<string> {
  return signIdentity({ kid, secret, audience: new URL(deskbellUrl).host, subject: id, name, email })
}

/** A real site asks for a password here. */
async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await textOf(request))
  const [session = ''] = [...sessions].find(([, { id }]) => id === form.get('user')) ?? []
  response.writeHead(303, { location: '/', 'set-cookie': cookie(session, 3_600) }).end()
}

const bodyCharsMax = 1_000

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > bodyCharsMax) break
  }
  return text
}

function cookie(value: string, seconds: number): string {
  return `site_session=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`
}

function cookieOf(request: IncomingMessage): string {
  return /(?:^|; )site_session=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
}
