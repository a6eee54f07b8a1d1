import type { ClosedChatPolicy } from '@deskbell/contract/chats'

/** `open`: anybody signs in with an email and a name. The server writes it into the page. */
export type AuthMode = 'open' | 'secure'

export function readAuthMode(): AuthMode {
  return readMeta('deskbell-auth-mode') === 'secure' ? 'secure' : 'open'
}

/** What a client is offered who writes into a closed chat. */
export function readClosedChat(): ClosedChatPolicy {
  const policy = readMeta('deskbell-closed-chat')
  return policy === 'reopen' || policy === 'new' ? policy : 'say'
}

function readMeta(name: string): string | undefined {
  // Pages that are drawn at build time are of an open server; a script takes out what a secure one does not say.
  if (typeof document === 'undefined') return undefined
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content
}
