import type { Sdk, User } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { FactorForm } from '../../../../components/accounts/lazy/factor-form.tsx'
import { Button } from '../../../../components/button.tsx'
import { askToSignIn, keptUser } from '../../../../lib/ask-to-sign-in.ts'

/** The answer to a right password where that is not enough. */
export type Challenge = Extract<Awaited<ReturnType<Sdk['api']['auth']['signIn']['mutate']>>, { challenge: string }>

type SecondFactorFormProps = {
  readonly challenge: Challenge
  readonly onSignedIn: (user: User) => void
  /** Begins anew: a challenge ends after five minutes and five wrong codes. */
  readonly onBack: () => void
}

/** The second step of a sign-in: a passkey, a code of an app, or a recovery code. */
export function SecondFactorForm({ challenge: { challenge, methods }, onSignedIn, onBack }: SecondFactorFormProps) {
  const { t } = useLingui()
  return (
    <FactorForm
      methods={methods}
      submit={<Trans>Sign in</Trans>}
      working={<Trans>Signing in…</Trans>}
      wrongCode={t`This code is wrong or was used before. After several wrong ones, go back and start again.`}
      passkeyOptions={async () => {
        const asked = await askToSignIn('operator', (api, call) => api.auth.passkeyOptions.mutate({ challenge }, call))
        return asked.options
      }}
      onAnswer={async ({ method, code }) => {
        if (method === 'password') return
        const input = { challenge, method, code }
        const answer = await askToSignIn('operator', (api, call) => api.auth.secondFactor.mutate(input, call))
        onSignedIn(keptUser(answer))
      }}
    >
      <Button look="plain" onClick={onBack}>
        <Trans>Back</Trans>
      </Button>
    </FactorForm>
  )
}
