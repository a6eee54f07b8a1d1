import { Trans, useLingui } from '@lingui/react/macro'
import { FactorForm, type ProofMethod } from '../../../components/accounts/lazy/factor-form.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { callOnce } from '../../../lib/call-once.ts'
import { useSession } from '../../../lib/session.ts'
import { readSignIn } from '../../../lib/sign-in-settings.ts'
import { trpc } from '../../../lib/trpc.ts'
import { ListState } from '../section.tsx'

export type ProofDialogProps = { readonly onProved: () => void; readonly onDismiss: () => void }

/** Asks an operator to prove once more who it is, in one of the ways that it has. */
export function ProofDialog({ onProved, onDismiss }: ProofDialogProps) {
  const { t } = useLingui()
  const { sdk } = useSession()
  const query = trpc.auth.factors.useQuery(undefined, { staleTime: 0 })
  const { hasPasswords, provider } = readSignIn()
  const methods: ProofMethod[] = []
  if (query.data !== undefined && query.data.passkeys.length > 0) methods.push('passkey')
  if (hasPasswords) methods.push('password')
  if (query.data?.totp === true) methods.push('totp')
  if (query.data !== undefined && query.data.recoveryCodes > 0) methods.push('recovery')
  return (
    <Dialog title={t`Confirm it’s you`} onDismiss={onDismiss}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <p className="text-body">
          <Trans>This changes who can sign in, so we ask again. You won’t be asked for the next 15 minutes.</Trans>
        </p>
        <ListState query={query} />
        {query.data !== undefined && methods.length > 0 && (
          <FactorForm
            methods={methods}
            submit={<Trans>Confirm</Trans>}
            wrongCode={t`This code is wrong or was used before.`}
            passkeyOptions={async () =>
              (await callOnce((signal) => sdk.api.auth.passkeyOptions.mutate({}, { signal }))).options
            }
            onAnswer={async (answer) => {
              await callOnce((signal) => sdk.api.auth.prove.mutate(answer, { signal }))
              onProved()
            }}
          />
        )}
        {provider !== null && (
          <p className="text-small text-ink-2">
            <Trans>
              No password here?{' '}
              <a href="/auth/oidc/start" className="font-medium text-accent-text underline underline-offset-2">
                Sign in again with {provider}
              </a>
              , and come back.
            </Trans>
          </p>
        )}
      </div>
    </Dialog>
  )
}
