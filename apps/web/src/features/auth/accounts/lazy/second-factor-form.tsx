import { errorCode, type Sdk, type User } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { AccountForm } from '../../../../components/accounts/account-form.tsx'
import { Button } from '../../../../components/button.tsx'
import { TextField } from '../../../../components/form/fields.tsx'
import { askToSignIn, keptUser } from '../../../../lib/ask-to-sign-in.ts'

/** The answer to a right password where that is not enough. */
export type Challenge = Extract<Awaited<ReturnType<Sdk['api']['auth']['signIn']['mutate']>>, { challenge: string }>
type Method = Challenge['methods'][number]

type SecondFactorFormProps = {
  readonly challenge: Challenge
  readonly onSignedIn: (user: User) => void
  /** Begins anew: a challenge ends after five minutes and five wrong codes. */
  readonly onBack: () => void
}

/** The second step of a sign-in: a passkey, a code of an app, or a recovery code. */
export function SecondFactorForm({ challenge, onSignedIn, onBack }: SecondFactorFormProps) {
  const { t } = useLingui()
  const methods = challenge.methods.filter((method) => method !== 'passkey' || canUsePasskeys())
  const [method, setMethod] = useState<Method>(methods[0] ?? 'recovery')
  const [fault, setFault] = useState<string>()
  const labels = { passkey: t`Passkey`, totp: t`Code from your app`, recovery: t`Recovery code` }
  const wrongCode = t`This code is wrong or was used before. After several wrong ones, go back and start again.`
  const choose = (other: Method) => {
    setFault(undefined)
    setMethod(other)
  }
  const answer = async (code: string) => {
    const input = { challenge: challenge.challenge, method, code }
    onSignedIn(keptUser(await askToSignIn('operator', (api, options) => api.auth.secondFactor.mutate(input, options))))
  }
  return (
    <div className="grid gap-4">
      <AccountForm
        key={method}
        fields={[]}
        submit={method === 'passkey' ? <Trans>Use your passkey</Trans> : <Trans>Sign in</Trans>}
        working={<Trans>Signing in…</Trans>}
        stays
        onSubmit={async (_, form) => {
          setFault(undefined)
          try {
            await answer(method === 'passkey' ? await assertionFor(challenge) : String(form.get('code')).trim())
          } catch (error) {
            if (errorCode(error) !== 'invalid_credentials' && !(error instanceof DOMException)) throw error
            setFault(method === 'passkey' ? t`The passkey was not accepted. Try again.` : wrongCode)
          }
        }}
      >
        {method !== 'passkey' && (
          <TextField
            label={labels[method]}
            name="code"
            autoComplete="one-time-code"
            inputMode={method === 'totp' ? 'numeric' : 'text'}
            required
            error={fault}
          />
        )}
        {method === 'passkey' && fault !== undefined && (
          <p role="alert" className="text-small text-danger-text">
            {fault}
          </p>
        )}
      </AccountForm>
      <div className="flex flex-wrap gap-2">
        {methods
          .filter((other) => other !== method)
          .map((other) => (
            <Button key={other} look="plain" onClick={() => choose(other)}>
              {labels[other]}
            </Button>
          ))}
        <Button look="plain" onClick={onBack}>
          <Trans>Back</Trans>
        </Button>
      </div>
    </div>
  )
}

function canUsePasskeys(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential
}

/** Returns the JSON text of an assertion of the person's passkey. Rejects when the browser makes none. */
async function assertionFor({ challenge }: Challenge): Promise<string> {
  const { options } = await askToSignIn('operator', (api, call) => api.auth.passkeyOptions.mutate({ challenge }, call))
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  const credential = await navigator.credentials.get({ publicKey })
  return JSON.stringify(credential)
}
