import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { AccountForm } from '../../../../components/accounts/account-form.tsx'
import { Button } from '../../../../components/button.tsx'
import { askToSignIn } from '../../../../lib/ask-to-sign-in.ts'
import { readSignIn } from '../../../../lib/sign-in-settings.ts'

/** Mails a link, or says who has one. Says the same whether the address has an account or not, as the server does. */
export function ForgottenPassword({ onBack }: { onBack: () => void }) {
  const { i18n } = useLingui()
  const [isSent, setSent] = useState(false)
  if (!readSignIn().sendsMail) {
    return (
      // The pressed button is gone.
      <p ref={(text) => text?.focus()} tabIndex={-1} role="status" className="text-small text-ink-2">
        <Trans>Ask an admin for a link to choose a new password.</Trans>
      </p>
    )
  }
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
