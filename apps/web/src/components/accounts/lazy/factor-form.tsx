import { errorCode, type Sdk } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import { assertionFor, canUsePasskeys } from '../../../lib/passkeys.ts'
import { Button } from '../../button.tsx'
import { TextField } from '../../form/fields.tsx'
import { AccountForm } from '../account-form.tsx'

/** How an operator proves who it is. */
export type ProofMethod = Parameters<Sdk['api']['auth']['prove']['mutate']>[0]['method']

type FactorFormProps = {
  /** The first one that this browser can use is offered first. */
  readonly methods: readonly ProofMethod[]
  readonly submit: ReactNode
  /** Replaces `submit` while the call is running. */
  readonly working?: ReactNode
  /** Said at the field of a wrong code. */
  readonly wrongCode: string
  /** Returns what the browser needs for a passkey. */
  readonly passkeyOptions: () => Promise<Parameters<typeof assertionFor>[0]>
  /** `code`: the password, the code, or the JSON text of an assertion. Rejects with `invalid_credentials` for a wrong one. */
  readonly onAnswer: (answer: { readonly method: ProofMethod; readonly code: string }) => Promise<unknown>
  /** Beside the other methods. */
  readonly children?: ReactNode
}

/** Asks for one of several proofs: a password, a passkey, a code of an app, or a recovery code. */
export function FactorForm(props: FactorFormProps) {
  const { submit, working, wrongCode, passkeyOptions, onAnswer, children } = props
  const { t } = useLingui()
  const methods = props.methods.filter((method) => method !== 'passkey' || canUsePasskeys())
  const [method, setMethod] = useState<ProofMethod>(methods[0] ?? 'recovery')
  const [fault, setFault] = useState<string>()
  const labels: Record<ProofMethod, string> = {
    password: t`Password`,
    passkey: t`Passkey`,
    totp: t`Code from your app`,
    recovery: t`Recovery code`,
  }
  const faults: Record<ProofMethod, string> = {
    password: t`This isn’t your password.`,
    passkey: t`The passkey was not accepted. Try again.`,
    totp: wrongCode,
    recovery: wrongCode,
  }
  const choose = (other: ProofMethod) => {
    setFault(undefined)
    setMethod(other)
  }
  return (
    <div className="grid gap-4">
      <AccountForm
        key={method}
        fields={method === 'password' ? ['password'] : []}
        submit={method === 'passkey' ? <Trans>Use your passkey</Trans> : submit}
        working={working}
        stays
        faultsOf={(error) =>
          method === 'password' && errorCode(error) === 'invalid_credentials'
            ? { password: faults.password }
            : undefined
        }
        onSubmit={async ({ password }, form) => {
          setFault(undefined)
          try {
            if (method === 'password') await onAnswer({ method, code: password })
            else if (method === 'passkey') await onAnswer({ method, code: await assertionFor(await passkeyOptions()) })
            else await onAnswer({ method, code: String(form.get('code')).trim() })
          } catch (error) {
            const isWrong = errorCode(error) === 'invalid_credentials' || error instanceof DOMException
            if (method === 'password' || !isWrong) throw error
            setFault(faults[method])
          }
        }}
      >
        {(method === 'totp' || method === 'recovery') && (
          <TextField
            label={labels[method]}
            name="code"
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
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
      <div className="flex flex-wrap gap-2 empty:hidden">
        {methods
          .filter((other) => other !== method)
          .map((other) => (
            <Button key={other} look="plain" onClick={() => choose(other)}>
              {labels[other]}
            </Button>
          ))}
        {children}
      </div>
    </div>
  )
}
