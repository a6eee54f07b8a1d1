import type { Operation } from '@trpc/client'
import { newId } from '../base/ids.ts'
import type { SdkOptions } from '../base/options.ts'
import { isPage } from '../base/page.ts'
import type { ServerAnswer } from '../socket/socket-connection.ts'
import { findTabBrowser } from '../tabs/tab-browser.ts'
import { createHttpLink } from '../transport/http-link.ts'
import { isByHttp, nothingNext, type Results } from '../transport/transport.ts'
import { ConnectionManager, type SharedWith } from './connection-manager.ts'
import type { Session } from './session.ts'

type Needed = { session: Session; askServer: () => Promise<ServerAnswer> }

export type LoadedConnection = { manager: ConnectionManager; run(op: Operation): Results }

/** Creates the connection of one program: `users.*` and `auth.*` by HTTP, everything else by the current transport. */
export function createConnection(options: SdkOptions, { session, askServer }: Needed): LoadedConnection {
  const http = {
    url: new URL('/trpc', options.url).href,
    headers: () => session.headers(),
    fetch: options.fetch,
  }
  const calls = createHttpLink(http)
  const manager = new ConnectionManager({
    url: () => socketUrl(options, session),
    hasSession: () => session.mayExist,
    connectionParams: session.byCookie ? null : () => ({ token: session.token ?? '' }),
    // The members that are used are the same in every implementation.
    WebSocket: (options.WebSocket as typeof WebSocket | undefined) ?? WebSocket,
    random: options.random ?? Math.random,
    askServer,
    http,
    calls,
    fallback: options.fallback ?? isPage(),
    shareWith: () => sharedWith(options, session),
  })
  const runByHttp = calls({})
  return {
    manager,
    run(asked) {
      const op = { ...asked, input: withoutDirection(asked.input) }
      return isByHttp(op) ? runByHttp({ op, next: nothingNext }) : manager.run(op)
    },
  }
}

/**
 * TanStack's infinite queries add a `direction` to every input. The server refuses it as an unknown field, because its
 * lists have one direction only.
 */
function withoutDirection(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('direction' in input)) return input
  const { direction: _, ...rest } = input
  return rest
}

/**
 * Only a cookie is the same session in all tabs, and its user must be known: a tab must never use another user's
 * connection. The number in the name is the version of the messages between tabs.
 */
function sharedWith({ url, role, tabs = true }: SdkOptions, session: Session): SharedWith | null {
  const browser = tabs && session.byCookie && role !== undefined && session.userId !== null ? findTabBrowser() : null
  if (browser === null) return null
  return { browser, name: `deskbell-socket:2:${new URL(url).origin}:${role}:${session.userId}`, tab: newId() }
}

function socketUrl({ url, socketUrl }: SdkOptions, session: Session): string {
  const address = new URL('/trpc', socketUrl ?? url)
  address.protocol = address.protocol.replace('http', 'ws')
  for (const [name, value] of Object.entries(session.params())) address.searchParams.set(name, value)
  return address.href
}
