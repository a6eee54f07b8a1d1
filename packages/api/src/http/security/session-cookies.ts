import type { LoginOutput, Role } from '@deskbell/contract/users'

export function sessionCookieName(role: Role): string {
  return `deskbell_${role}`
}

/** Returns the cookies of a new session: the token, which scripts cannot read, and the user's id for the pages. */
export function sessionCookieHeaders({ user, token, expiresAt }: LoginOutput, secure: boolean): string[] {
  const tail = attributes(new Date(expiresAt), secure)
  const name = sessionCookieName(user.role)
  return [`${name}=${token}; ${tail}; HttpOnly`, `${name}_id=${user.id}; ${tail}`]
}

/** Returns headers that delete both cookies of a role. */
export function endedCookieHeaders(role: Role, secure: boolean): string[] {
  const tail = attributes(new Date(0), secure)
  const name = sessionCookieName(role)
  return [`${name}=; ${tail}; HttpOnly`, `${name}_id=; ${tail}`]
}

function attributes(expires: Date, secure: boolean): string {
  return `Path=/; Expires=${expires.toUTCString()}; SameSite=Lax${secure ? '; Secure' : ''}`
}
