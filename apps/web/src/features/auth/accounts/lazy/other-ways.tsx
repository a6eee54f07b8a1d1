import { Trans, useLingui } from '@lingui/react/macro'
import { buttonClass } from '../../../../components/button.tsx'
import { readSignIn } from '../../../../lib/sign-in-settings.ts'

export function ProviderButton() {
  const { provider } = readSignIn()
  return (
    <a href="/auth/oidc/start" className={buttonClass('plain', true)}>
      <Trans>Continue with {provider}</Trans>
    </a>
  )
}

/** False where operators sign in at the provider alone. */
export const { hasPasswords } = readSignIn()

/** Returns why a sign-in at the identity provider ended here, in words; null when none did. */
function useRefusedSignIn(): string | null {
  const { t } = useLingui()
  const name = readSignIn().provider ?? ''
  switch (new URLSearchParams(location.search).get('sso')) {
    case null:
      return null
    case 'expired':
      return t`That sign-in took too long or was used before. Start again.`
    case 'denied':
      return t`You cancelled signing in with ${name}.`
    case 'unavailable':
      return t`${name} can’t be reached right now. Try again in a minute.`
    case 'unverified':
      return t`${name} hasn’t verified your email. Verify it there, then try again.`
    case 'not_allowed':
      return t`Your email may not sign in here, or your account is disabled. Ask an admin.`
    case 'not_invited':
      return t`You don’t have an account yet. Ask an admin for an invitation.`
    case 'confirm':
      return t`You already have an account. Sign in with your password once to connect it to ${name}.`
    case 'rate_limited':
      return t`Too many tries. Wait a few minutes.`
    default:
      return t`Signing in with ${name} didn’t work. Try again.`
  }
}

/** Above the form: why the last sign-in at the identity provider ended. */
export function RefusedSignIn() {
  const words = useRefusedSignIn()
  if (words === null) return null
  return (
    <p role="alert" className="rounded-control bg-accent-soft px-3 py-2 text-small forced-frame">
      {words}
    </p>
  )
}

/**
 * Connects the account that has just signed in by its password with the one at the provider. When that fails the person is
 * signed in all the same, and the provider asks for it again the next time.
 */
export async function confirmLink(): Promise<void> {
  if (new URLSearchParams(location.search).get('sso') !== 'confirm') return
  const init = { method: 'POST', headers: { 'deskbell-role': 'operator' } }
  await fetch('/auth/oidc/link', init).catch(() => undefined)
}
