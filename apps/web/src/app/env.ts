import type { ClosedChatPolicy, Role } from '@deskbell/sdk'

/** `open`: anybody can sign in with an email and a name. The server writes the mode into the page. */
export type AuthMode = 'open' | 'secure'

let drawnMode: AuthMode = 'open'

/** While pages are prerendered: draws those of this mode. */
export function drawFor(mode: AuthMode): void {
  drawnMode = mode
}

export function readAuthMode(): AuthMode {
  if (typeof document === 'undefined') return drawnMode
  return readMeta('deskbell-auth-mode') === 'secure' ? 'secure' : 'open'
}

/** Returns what a client is offered who writes into a closed chat. */
export function readClosedChat(): ClosedChatPolicy {
  const policy = readMeta('deskbell-closed-chat')
  return policy === 'reopen' || policy === 'new' ? policy : 'say'
}

/** Returns the role that has this origin for itself; undefined where both have it. */
export function readOnlyRole(): Role | undefined {
  return readMeta('deskbell-only-role') as Role | undefined
}

/** Returns the origin of the other role, where `readOnlyRole` returns one. */
export function readOtherOrigin(): string {
  return readMeta('deskbell-other-origin') ?? ''
}

function readMeta(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content
}
