import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type Role, roleSchema, roles } from '@deskbell/contract/users'
import { sessionCookieName } from './session-cookies.ts'

/** Whose session a caller means, as it says by headers, or by the address where it can set none. */
export type Meant = { readonly role: string | undefined; readonly user: string | undefined }

/** `deskbell-role` and `deskbell-user`; the parameters `role` and `user` of an upgrade or a stream count where they are missing. */
export function readMeant({ headers }: IncomingMessage, params?: URLSearchParams): Meant {
  return {
    role: headerOf(headers, 'deskbell-role') ?? params?.get('role') ?? undefined,
    user: headerOf(headers, 'deskbell-user') ?? params?.get('user') ?? undefined,
  }
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** What a request shows to be let in. A bearer token hides the cookies. */
export type Credential =
  | { kind: 'bearer'; token: string }
  | { kind: 'cookie'; token: string }
  /** Cookies are there, but which session is meant is not said, or it is not among them. */
  | { kind: 'unclear' }
  | { kind: 'none' }

export function readCredential(headers: IncomingHttpHeaders, { role: roleName }: Pick<Meant, 'role'>): Credential {
  const bearer = /^bearer(?: +(.*))?$/i.exec(headers.authorization ?? '')
  if (bearer) return { kind: 'bearer', token: (bearer[1] ?? '').trim() }
  const sessions = sessionCookies(headers.cookie ?? '')
  if (sessions.size === 0) return { kind: 'none' }
  const meant = meantRole(sessions, roleName)
  const token = meant === undefined ? undefined : sessions.get(meant)
  return token === undefined ? { kind: 'unclear' } : { kind: 'cookie', token }
}

/** May a foreign page have made the browser send this? */
export function isAmbient(credential: Credential): boolean {
  return credential.kind === 'cookie' || credential.kind === 'unclear'
}

function meantRole(sessions: Map<Role, string>, roleName: string | undefined): Role | undefined {
  if (roleName !== undefined) return roleSchema.safeParse(roleName).data
  return sessions.size === 1 ? sessions.keys().next().value : undefined
}

function sessionCookies(header: string): Map<Role, string> {
  const found = new Map<Role, string>()
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(at, 0)).trim()
    const role = roles.find((candidate) => sessionCookieName(candidate) === name)
    if (role !== undefined && !found.has(role)) found.set(role, pair.slice(at + 1).trim())
  }
  return found
}
