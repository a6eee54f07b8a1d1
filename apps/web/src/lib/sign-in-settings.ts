/** How operators sign in on this server, which writes it into its pages. */
export type SignInSettings = {
  /** The name of the identity provider; null without one. */
  readonly provider: string | null
  readonly hasPasswords: boolean
  /** The server can mail a link for a forgotten password. */
  readonly sendsMail: boolean
}

export function readSignIn(): SignInSettings {
  const read = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="deskbell-${name}"]`)?.content
  return {
    provider: read('oidc-name') ?? null,
    hasPasswords: read('passwords') !== 'off',
    sendsMail: read('mail') === 'on',
  }
}
