/** `open`: anybody signs in with an email and a name. The server writes it into the page. */
export type AuthMode = 'open' | 'secure'

export function readAuthMode(): AuthMode {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="deskbell-auth-mode"]')
  return meta?.content === 'secure' ? 'secure' : 'open'
}
