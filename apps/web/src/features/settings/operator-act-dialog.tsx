import type { AppRouter } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import type { inferRouterOutputs } from '@trpc/server'
import { useState } from 'react'
import { useFormat } from '../../components/use-format.ts'
import { useSession } from '../../lib/session.ts'
import { LinkDialog } from './link-dialog.tsx'
import { ConfirmDialog } from './section.tsx'

export type Operator = inferRouterOutputs<AppRouter>['operators']['list']['items'][number]

/** What an admin does to the account of an operator. */
export type Act = 'disable' | 'enable' | 'admin' | 'operator' | 'newPassword' | 'removeSecondStep'

type ActDialogProps = {
  readonly act: Act
  readonly operator: Operator
  readonly isOwn: boolean
  readonly onDone: () => void
  readonly onDismiss: () => void
}

/** Asks before an act, and says what follows. */
export function ActDialog({ act, operator: { id: operatorId, name }, isOwn, onDone, onDismiss }: ActDialogProps) {
  const { t } = useLingui()
  const format = useFormat()
  const { sdk } = useSession()
  const { operators } = sdk.api
  const [made, setMade] = useState<{ readonly link: string; readonly expiresAt: string } | null>(null)
  const ended = { onDone, onDismiss }
  if (made !== null) {
    const until = format.time(made.expiresAt)
    return (
      <LinkDialog
        title={t`New password link`}
        link={made.link}
        text={
          <Trans>
            Give this link to {name}. It works once, until {until}. It won’t be shown again.
          </Trans>
        }
        danger={<Trans>Whoever opens it first chooses the password.</Trans>}
        onDismiss={onDone}
      />
    )
  }
  if (act === 'newPassword')
    return (
      <ConfirmDialog
        onDismiss={onDismiss}
        // The link follows in this dialog's place.
        onDone={() => undefined}
        title={t`New password link for ${name}?`}
        text={
          <Trans>
            It lets them choose a new password, which signs them out everywhere. Until then the current password works.
            Their second step stays, and earlier links stop working.
          </Trans>
        }
        confirm={<Trans>Create link</Trans>}
        call={async (signal) => setMade(await operators.resetPassword.mutate({ operatorId }, { signal }))}
      />
    )
  if (act === 'removeSecondStep')
    return (
      <ConfirmDialog
        {...ended}
        isDangerous
        title={t`Remove the second step of ${name}?`}
        text={
          <Trans>
            Their passkeys, authenticator app and recovery codes stop working, and they’ll be signed out everywhere. A
            password is enough to sign in until they add a second step again. Make sure that it’s really them who asks.
          </Trans>
        }
        confirm={<Trans>Remove second step</Trans>}
        call={(signal) => operators.removeFactors.mutate({ operatorId }, { signal })}
      />
    )
  if (act === 'disable')
    return (
      <ConfirmDialog
        {...ended}
        isDangerous
        title={t`Disable ${name}?`}
        text={
          <Trans>
            They’ll be signed out everywhere at once, and their open chats return to the queue. You can enable them
            again.
          </Trans>
        }
        confirm={<Trans>Disable</Trans>}
        call={(signal) => operators.disable.mutate({ operatorId }, { signal })}
      />
    )
  if (act === 'enable')
    return (
      <ConfirmDialog
        {...ended}
        title={t`Enable ${name}?`}
        text={<Trans>They can sign in again with their password.</Trans>}
        confirm={<Trans>Enable</Trans>}
        call={(signal) => operators.enable.mutate({ operatorId }, { signal })}
      />
    )
  return (
    <ConfirmDialog
      {...ended}
      title={act === 'admin' ? t`Make ${name} an admin?` : t`Make ${name} an operator?`}
      text={
        act === 'admin' ? (
          <Trans>
            Admins can invite, disable and promote operators, make API keys and read the audit log. They’ll have to sign
            in again.
          </Trans>
        ) : isOwn ? (
          <Trans>You’ll still answer chats, but no longer manage anything. You’ll have to sign in again.</Trans>
        ) : (
          <Trans>They’ll still answer chats, but no longer manage anything. They’ll have to sign in again.</Trans>
        )
      }
      confirm={act === 'admin' ? <Trans>Make admin</Trans> : <Trans>Make operator</Trans>}
      call={(signal) => operators.setAccess.mutate({ operatorId, access: act }, { signal })}
    />
  )
}
