import type { LoginOutput, Role } from '@deskbell/contract/users'

/**
 * Returns the name of the cookie with the token. Over HTTPS it has the prefix `__Host-`: browsers accept such a cookie
 * only from this very host, so no other subdomain can set it.
 */
export function sessionCookieName(role: Role, secure: boolean): string {
  return secure ? `__Host-deskbell_${role}` : `deskbell_${role}`
}

function idCookieName(role: Role): string {
  return `deskbell_${role}_id`
}

/**
 * Returns the cookies of a new session: the token, which scripts cannot read, and the user's id for the pages. Over plain
 * HTTP a browser silently drops a `Secure` cookie.
 */
export function sessionCookieHeaders({ user, token, expiresAt }: LoginOutput, secure: boolean): string[] {
  const tail = attributes(new Date(expiresAt), secure)
  return [
    `${sessionCookieName(user.role, secure)}=${token}; ${tail}; HttpOnly`,
    `${idCookieName(user.role)}=${user.id}; ${tail}`,
  ]
}

/** Returns headers that delete both cookies of a role. */
export function endedCookieHeaders(role: Role, secure: boolean): string[] {
  const tail = attributes(new Date(0), secure)
  return [`${sessionCookieName(role, secure)}=; ${tail}; HttpOnly`, `${idCookieName(role)}=; ${tail}`]
}

/** Returns a cookie of a sign-in in progress, which scripts cannot read. With 0 milliseconds it is deleted. */
export function briefCookieHeader(
  name: string,
  { token, secure, ms }: { token: string; secure: boolean; ms: number },
): string {
  const tail = `Path=/; Max-Age=${Math.floor(ms / 1_000)}; SameSite=Lax${secure ? '; Secure' : ''}; HttpOnly`
  return `${name}=${token}; ${tail}`
}

function attributes(expires: Date, secure: boolean): string {
  return `Path=/; Expires=${expires.toUTCString()}; SameSite=Lax${secure ? '; Secure' : ''}`
}
