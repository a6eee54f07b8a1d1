import { errorCode } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { WordedError } from '../../../components/accounts/account-error.ts'
import { AccountForm } from '../../../components/accounts/account-form.tsx'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { TextField } from '../../../components/form/fields.tsx'
import { callOnce } from '../../../lib/call-once.ts'
import { newPasskeyFor } from '../../../lib/passkeys.ts'
import { useSession } from '../../../lib/session.ts'
import { useProof } from '../proof-context.ts'
import { SecretField, useErrorWords } from '../section.tsx'
import { QrCode } from './qr-code.tsx'

export type FactorDialogProps = {
  /** `codes`: those that came with it. */
  readonly onDone: (codes: readonly string[]) => void
  readonly onDismiss: () => void
}

/** Names a passkey, and adds it. */
export function PasskeyDialog({ onDone, onDismiss }: FactorDialogProps) {
  const { t } = useLingui()
  const { auth } = useSession().sdk.api
  const withProof = useProof()
  const refusalWords = useRefusalWords()
  return (
    <Dialog title={t`Add a passkey`} onDismiss={onDismiss}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <p className="text-body">
          <Trans>
            Give it a name that tells you where it is, like “Work laptop”. Then your browser asks you to confirm.
          </Trans>
        </p>
        <AccountForm
          fields={['name']}
          aboutSelf={false}
          submit={<Trans>Add passkey</Trans>}
          beside={
            <Button onClick={onDismiss}>
              <Trans>Cancel</Trans>
            </Button>
          }
          onSubmit={async ({ name }) => {
            try {
              const { options } = await withProof(() => callOnce((signal) => auth.beginPasskey.mutate({}, { signal })))
              const credential = await newPasskeyFor(options)
              // The proof was young a moment ago, and the answer of the browser counts once.
              const { recoveryCodes } = await callOnce((signal) =>
                auth.addPasskey.mutate({ name, credential }, { signal }),
              )
              onDone(recoveryCodes)
            } catch (error) {
              throw new WordedError(refusalWords(error))
            }
          }}
        />
      </div>
    </Dialog>
  )
}

export type RenameDialogProps = FactorDialogProps & { readonly passkeyId: string; readonly presentName: string }

export function RenameDialog({ passkeyId, presentName, onDone, onDismiss }: RenameDialogProps) {
  const { t } = useLingui()
  const { auth } = useSession().sdk.api
  const errorWords = useErrorWords()
  return (
    <Dialog title={t`Rename passkey`} onDismiss={onDismiss}>
      <AccountForm
        fields={['name']}
        aboutSelf={false}
        presentName={presentName}
        submit={<Trans>Rename</Trans>}
        beside={
          <Button onClick={onDismiss}>
            <Trans>Cancel</Trans>
          </Button>
        }
        onSubmit={async ({ name }) => {
          try {
            await callOnce((signal) => auth.renamePasskey.mutate({ passkeyId, name }, { signal }))
          } catch (error) {
            throw new WordedError(errorWords(error))
          }
          onDone([])
        }}
      />
    </Dialog>
  )
}

/** Returns why a passkey was not added, in words. */
function useRefusalWords(): (error: unknown) => string {
  const { t } = useLingui()
  const errorWords = useErrorWords()
  const refused = t`The passkey wasn’t added. Try again, or use another device.`
  const isKnown = t`This device already has a passkey for your account.`
  return (error) => {
    if (error instanceof DOMException) return error.name === 'InvalidStateError' ? isKnown : refused
    return errorCode(error) === 'invalid_credentials' ? refused : errorWords(error)
  }
}

type Started = { readonly secret: string; readonly uri: string }

/** Shows the secret for an authenticator app, and asks for its first code. */
export function AppDialog({ onDone, onDismiss }: FactorDialogProps) {
  const { t } = useLingui()
  const [started, setStarted] = useState<Started | null>(null)
  const { auth } = useSession().sdk.api
  const withProof = useProof()
  const errorWords = useErrorWords()
  if (started !== null) return <AppCodeDialog started={started} onDone={onDone} onDismiss={onDismiss} />
  return (
    <Dialog title={t`Set up an authenticator app`} onDismiss={onDismiss}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <p className="text-body">
          <Trans>You need an app for one-time codes: Google Authenticator, Aegis, 2FAS or your password manager.</Trans>
        </p>
        <AccountForm
          fields={[]}
          submit={<Trans>Continue</Trans>}
          beside={
            <Button onClick={onDismiss}>
              <Trans>Cancel</Trans>
            </Button>
          }
          onSubmit={async () => {
            try {
              setStarted(await withProof(() => callOnce((signal) => auth.beginTotp.mutate({}, { signal }))))
            } catch (error) {
              throw new WordedError(errorWords(error))
            }
          }}
        />
      </div>
    </Dialog>
  )
}

function AppCodeDialog({ started: { secret, uri }, onDone, onDismiss }: FactorDialogProps & { started: Started }) {
  const { t } = useLingui()
  const { auth } = useSession().sdk.api
  const withProof = useProof()
  const errorWords = useErrorWords()
  const wrong = t`This code is wrong. Check the time on your phone, and enter the code it shows now.`
  return (
    <Dialog title={t`Scan with your app`} onDismiss={onDismiss}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <QrCode text={uri} label={t`QR code for your authenticator app`} />
        <p className="text-center text-small">
          <a href={uri} className="font-medium text-accent-text underline underline-offset-2">
            <Trans>Or open the app on this device</Trans>
          </a>
        </p>
        <SecretField label={t`Or enter this key in the app`} secret={secret} isFirst={false} />
        <AccountForm
          fields={[]}
          submit={<Trans>Turn on</Trans>}
          beside={
            <Button onClick={onDismiss}>
              <Trans>Cancel</Trans>
            </Button>
          }
          onSubmit={async (_, form) => {
            const code = String(form.get('code')).trim()
            try {
              if (!/^[\d\s]{6,}$/.test(code)) throw new WordedError(wrong)
              const { recoveryCodes } = await withProof(() =>
                callOnce((signal) => auth.confirmTotp.mutate({ code }, { signal })),
              )
              onDone(recoveryCodes)
            } catch (error) {
              throw new WordedError(errorCode(error) === 'invalid_credentials' ? wrong : errorWords(error))
            }
          }}
        >
          <TextField
            label={t`Code from your app`}
            name="code"
            autoComplete="one-time-code"
            inputMode="numeric"
            required
          />
        </AccountForm>
      </div>
    </Dialog>
  )
}
