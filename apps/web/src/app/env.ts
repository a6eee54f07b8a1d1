import type { ClosedChatPolicy } from '@deskbell/sdk'

/** `open`: anybody can sign in with an email and a name. The server writes the mode into the page. */
export type AuthMode = 'open' | 'secure'

export function readAuthMode(): AuthMode {
  return readMeta('deskbell-auth-mode') === 'secure' ? 'secure' : 'open'
}

/** Returns what a client is offered who writes into a closed chat. */
export function readClosedChat(): ClosedChatPolicy {
  const policy = readMeta('deskbell-closed-chat')
  return policy === 'reopen' || policy === 'new' ? policy : 'say'
}

function readMeta(name: string): string | undefined {
  // Prerendered pages are those of an open server. A script removes what a secure one does not show.
  if (typeof document === 'undefined') return undefined
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content
}
