import type { User } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useEffect, useState } from 'react'
import { AccountForm } from '../../../components/accounts/account-form.tsx'
import { askToSignIn, keptUser, usePreloadedSignIn } from '../../../lib/ask-to-sign-in.ts'
import { withCatalogs } from '../../../lib/i18n.ts'

type OnSignedIn = { readonly onSignedIn: (user: User) => void }

/** An operator signs in by email and password, and by a second factor if there is one, or by a passkey alone. */
export function OperatorSignInForm({ onSignedIn }: OnSignedIn) {
  const [secondStep, setSecondStep] = useState<ReactNode>(null)
  const [forgotten, setForgotten] = useState<ReactNode>(null)
  const other = useOtherWays()
  usePreloadedSignIn()
  if (secondStep !== null) return secondStep
  const finish = async (user: User) => {
    await other?.confirmLink()
    onSignedIn(user)
  }
  const hasPasswords = other === null || other.hasPasswords
  return (
    <>
      {other !== null && <other.RefusedSignIn />}
      {hasPasswords && (
        <AccountForm
          fields={['email', 'password']}
          submit={<Trans>Sign in</Trans>}
          working={<Trans>Signing in…</Trans>}
          onSubmit={async ({ email, password }) => {
            const answer = await askToSignIn('operator', (api, options) =>
              api.auth.signIn.mutate({ email, password }, options),
            )
            if (!('challenge' in answer)) return await finish(keptUser(answer))
            const { SecondFactorForm } = await withCatalogs(['parts'], () => import('./lazy/second-factor-form.tsx'))
            const back = () => setSecondStep(null)
            setSecondStep(
              <SecondFactorForm challenge={answer} onSignedIn={(user) => void finish(user)} onBack={back} />,
            )
          }}
        />
      )}
      <AccountForm
        fields={[]}
        look="plain"
        submit={<Trans>Use a passkey</Trans>}
        onSubmit={async () => {
          const load = () => import('./lazy/passkey-sign-in.ts')
          const { signInByPasskey } = await withCatalogs(['parts'], load)
          await finish(await signInByPasskey())
        }}
      />
      {other !== null && <other.ProviderButton />}
      {hasPasswords && forgotten === null && (
        <AccountForm
          fields={[]}
          look="quiet"
          submit={<Trans>Forgot password?</Trans>}
          onSubmit={async () => {
            const load = () => import('./lazy/forgotten-password.tsx')
            const { ForgottenPassword } = await withCatalogs(['parts'], load)
            setForgotten(<ForgottenPassword onBack={() => setForgotten(null)} />)
          }}
        />
      )}
      {forgotten}
    </>
  )
}

/** What some servers have beside the form comes later: the form is there before any script, and must not wait for it. */
function useOtherWays() {
  const [other, setOther] = useState<typeof import('./lazy/other-ways.tsx') | null>(null)
  useEffect(() => {
    if (document.querySelector('meta[name="deskbell-oidc-name"]') === null) return
    withCatalogs(['parts'], () => import('./lazy/other-ways.tsx'))
      .then(setOther)
      .catch(() => undefined)
  }, [])
  return other
}

/** A client needs no account. Nobody becomes a client before the press: pages are opened by crawlers too. */
export function GuestForm({ onSignedIn, isSecondary }: OnSignedIn & { readonly isSecondary: boolean }) {
  usePreloadedSignIn()
  return (
    <AccountForm
      fields={['optionalName']}
      look={isSecondary ? 'plain' : 'primary'}
      submit={<Trans>Start chat</Trans>}
      working={<Trans>Starting…</Trans>}
      onSubmit={async ({ name }) => {
        const answer = await askToSignIn('client', (api, options) =>
          api.auth.guest.mutate(name === '' ? {} : { name }, options),
        )
        onSignedIn(keptUser(answer))
      }}
    />
  )
}
