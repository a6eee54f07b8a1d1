import type { Operation } from '@trpc/client'
import { Access, type SharedWith } from './connection/access.ts'
import type { ServerAnswer } from './connection/line.ts'
import { isPage } from './connection/page-signals.ts'
import { isByHttp, nothingNext, type Results } from './connection/route.ts'
import { createHttpLink } from './http-link.ts'
import { newId } from './new-id.ts'
import type { SdkOptions } from './sdk.ts'
import type { Session } from './session.ts'
import { findTabBrowser } from './tabs/tab-browser.ts'

type Needed = { session: Session; askServer: () => Promise<ServerAnswer> }

export type LoadedAccess = { access: Access; run(op: Operation): Results }

/** The access of one program: `users.*` by HTTP, everything else by the way that is open at this moment. */
export function createAccess(options: SdkOptions, { session, askServer }: Needed): LoadedAccess {
  const http = {
    url: new URL('/trpc', options.url).href,
    headers: () => session.headers(),
    fetch: options.fetch,
  }
  const calls = createHttpLink(http)
  const access = new Access({
    url: socketUrl(options),
    hasSession: () => session.mayExist,
    connectionParams: session.byCookie ? null : () => ({ token: session.token ?? '' }),
    WebSocket: options.WebSocket ?? WebSocket,
    random: options.random ?? Math.random,
    askServer,
    http,
    calls,
    fallback: options.fallback ?? isPage(),
    shareWith: () => sharedWith(options, session),
  })
  const runByHttp = calls({})
  return {
    access,
    run: (op) => (isByHttp(op) ? runByHttp({ op, next: nothingNext }) : access.run(op)),
  }
}

/**
 * Only a cookie is one session in all tabs, and only with its user known: a tab must never run on somebody else's line.
 * The number is that of the tabs' own messages.
 */
function sharedWith({ url, role, tabs = true }: SdkOptions, session: Session): SharedWith | null {
  const browser = tabs && session.byCookie && role !== undefined && session.userId !== null ? findTabBrowser() : null
  if (browser === null) return null
  return { browser, name: `deskbell-socket:1:${new URL(url).origin}:${role}:${session.userId}`, tab: newId() }
}

function socketUrl({ url, socketUrl, role }: SdkOptions): string {
  const address = new URL('/trpc', socketUrl ?? url)
  address.protocol = address.protocol.replace('http', 'ws')
  if (role !== undefined) address.searchParams.set('role', role)
  return address.href
}
