import type { AppRouter } from '@deskbell/api/router'
import type { TRPCLink } from '@trpc/client'
import { Access } from './connection/access.ts'
import type { ServerAnswer } from './connection/line.ts'
import { isPage } from './connection/page-signals.ts'
import { createHttpLink } from './http-link.ts'
import type { SdkOptions } from './sdk.ts'
import type { Session } from './session.ts'

type Needed = { session: Session; askServer: () => Promise<ServerAnswer> }

/** The access of one program, and the link for what always goes by HTTP. */
export function createAccess(
  options: SdkOptions,
  { session, askServer }: Needed,
): { access: Access; http: TRPCLink<AppRouter> } {
  const http = {
    url: new URL('/trpc', options.url).href,
    headers: () => session.headers(),
    fetch: options.fetch,
  }
  const calls = createHttpLink(http)
  const access = new Access({
    url: socketUrl(options),
    hasSession: () => session.byCookie || session.token !== null,
    connectionParams: session.byCookie ? null : () => ({ token: session.token ?? '' }),
    WebSocket: options.WebSocket ?? WebSocket,
    random: options.random ?? Math.random,
    askServer,
    http,
    calls,
    fallback: options.fallback ?? isPage(),
  })
  return { access, http: calls }
}

function socketUrl({ url, socketUrl, role }: SdkOptions): string {
  const address = new URL('/trpc', socketUrl ?? url)
  address.protocol = address.protocol.replace('http', 'ws')
  if (role !== undefined) address.searchParams.set('role', role)
  return address.href
}
