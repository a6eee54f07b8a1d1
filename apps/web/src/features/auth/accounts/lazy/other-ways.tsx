import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { AccountForm } from '../../../../components/accounts/account-form.tsx'
import { Button, buttonClass } from '../../../../components/button.tsx'
import { askToSignIn } from '../../../../lib/ask-to-sign-in.ts'
import { readSignIn } from '../../../../lib/sign-in-settings.ts'

/** What an operator may do besides typing a password: an identity provider, and a link for a forgotten password. */
export function OtherWays() {
  const { provider, sendsMail, hasPasswords } = readSignIn()
  const [isForgotten, setForgotten] = useState(false)
  return (
    <div className="grid gap-4 empty:hidden">
      {provider !== null && (
        <a href="/auth/oidc/start" className={buttonClass('plain', true)}>
          <Trans>Continue with {provider}</Trans>
        </a>
      )}
      {hasPasswords && sendsMail && !isForgotten && (
        <Button look="quiet" onClick={() => setForgotten(true)}>
          <Trans>Forgot password?</Trans>
        </Button>
      )}
      {isForgotten && <ForgottenPassword onBack={() => setForgotten(false)} />}
    </div>
  )
}

/** Says the same whether the address has an account or not, as the server does. */
function ForgottenPassword({ onBack }: { onBack: () => void }) {
  const { i18n } = useLingui()
  const [isSent, setSent] = useState(false)
  if (isSent) {
    return (
      <p role="status" className="text-small">
        <Trans>
          If this email has an account, a link to choose a new password is on its way. It works for an hour.
        </Trans>
      </p>
    )
  }
  return (
    <section className="grid gap-4 border-t border-line pt-5">
      <p className="text-small text-ink-2">
        <Trans>We’ll email you a link to choose a new password.</Trans>
      </p>
      <AccountForm
        fields={['email']}
        submit={<Trans>Send link</Trans>}
        working={<Trans>Sending…</Trans>}
        beside={
          <Button onClick={onBack}>
            <Trans>Cancel</Trans>
          </Button>
        }
        onSubmit={async ({ email }) => {
          const language = i18n.locale === 'ru' ? 'ru' : 'en'
          await askToSignIn('operator', (api, options) => api.auth.forgotPassword.mutate({ email, language }, options))
          setSent(true)
        }}
      />
    </section>
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
