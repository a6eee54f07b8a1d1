import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type Role, roleSchema, roles } from '@deskbell/contract/users'
import { type Addresses, roleAt } from '../../addresses.ts'
import type { Peer } from './peer.ts'
import { isHttps } from './security-headers.ts'
import { sessionCookieName } from './session-cookies.ts'

/** The role and the user id that a request means, from headers, or from the URL where the client cannot set headers. */
export type RequestedSession = { readonly role: string | undefined; readonly user: string | undefined }

/** Reads `deskbell-role` and `deskbell-user`. Where a header is missing, the parameter `role` or `user` counts. */
export function readRequestedSession({ headers }: IncomingMessage, params?: URLSearchParams): RequestedSession {
  return {
    role: headerOf(headers, 'deskbell-role') ?? params?.get('role') ?? undefined,
    user: headerOf(headers, 'deskbell-user') ?? params?.get('user') ?? undefined,
  }
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** What authenticates a request. With a bearer token the cookies are ignored. */
export type Credential =
  | { kind: 'bearer'; token: string }
  | { kind: 'cookie'; token: string }
  /** There are cookies of both roles and none is selected, or the selected one is missing, or there are several of it. */
  | { kind: 'unclear' }
  | { kind: 'none' }

/**
 * Where a browser is: whether it uses HTTPS, as only cookies with the name for it count, and the one role whose cookies
 * count there; null for both.
 */
export type CookiePlace = { secure: boolean; only: Role | null }

export function cookiePlace(addresses: Addresses, peer: Peer): CookiePlace {
  return { secure: isHttps(peer, addresses.publicUrl), only: roleAt(addresses, peer.host) }
}

export function readCredential(
  headers: IncomingHttpHeaders,
  { role: roleName }: Pick<RequestedSession, 'role'>,
  place: CookiePlace,
): Credential {
  const bearer = /^bearer(?: +(.*))?$/i.exec(headers.authorization ?? '')
  if (bearer) return { kind: 'bearer', token: (bearer[1] ?? '').trim() }
  const sessions = sessionCookies(headers.cookie ?? '', place)
  if (sessions.size === 0) return { kind: 'none' }
  const role = requestedRole(sessions, roleName)
  const token = role === undefined ? undefined : sessions.get(role)
  return typeof token !== 'string' ? { kind: 'unclear' } : { kind: 'cookie', token }
}

/** Reports whether a foreign page could make the browser send this credential. */
export function isAmbient(credential: Credential): boolean {
  return credential.kind === 'cookie' || credential.kind === 'unclear'
}

/** Two different cookies of one name: one of them was set by somebody else, and nothing says which. */
const ambiguous = Symbol('ambiguous')
type SessionCookies = Map<Role, string | typeof ambiguous>

function requestedRole(sessions: SessionCookies, roleName: string | undefined): Role | undefined {
  if (roleName !== undefined) return roleSchema.safeParse(roleName).data
  return sessions.size === 1 ? sessions.keys().next().value : undefined
}

/** Returns the value of a cookie; undefined without it, and when there are several of the name that differ. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = new Set([...cookiesOf(header ?? '')].flatMap(([each, value]) => (each === name ? [value] : [])))
  return values.size === 1 ? values.values().next().value : undefined
}

function* cookiesOf(header: string): Generator<[name: string, value: string]> {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    yield [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()]
  }
}

function sessionCookies(header: string, { secure, only }: CookiePlace): SessionCookies {
  const found: SessionCookies = new Map()
  const counted = only === null ? roles : [only]
  for (const [name, token] of cookiesOf(header)) {
    const role = counted.find((candidate) => sessionCookieName(candidate, secure) === name)
    if (role === undefined) continue
    found.set(role, found.has(role) && found.get(role) !== token ? ambiguous : token)
  }
  return found
}
