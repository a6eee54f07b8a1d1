import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { refusedFields } from '../../components/accounts/account-error.ts'
import { AccountForm } from '../../components/accounts/account-form.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { useFormat } from '../../components/use-format.ts'
import { callOnce } from '../../lib/call-once.ts'
import { useSession } from '../../lib/session.ts'
import { LinkDialog } from './link-dialog.tsx'
import { Choices } from './section.tsx'

type Invited = { readonly link: string; readonly email: string; readonly expiresAt: string }

/** Makes an invitation, and shows its link once. */
export function InviteDialog({ onDismiss }: { onDismiss: () => void }) {
  const { t } = useLingui()
  const { sdk } = useSession()
  const [invited, setInvited] = useState<Invited | null>(null)
  const taken = t`There’s already an account with this email.`
  if (invited !== null) return <InvitationDialog invited={invited} onDismiss={onDismiss} />
  return (
    <Dialog title={t`Invite operator`} onDismiss={onDismiss}>
      <AccountForm
        fields={['email']}
        aboutSelf={false}
        submit={<Trans>Create link</Trans>}
        beside={
          <Button onClick={onDismiss}>
            <Trans>Cancel</Trans>
          </Button>
        }
        faultsOf={(error) => (refusedFields(error).includes('email') ? { email: taken } : undefined)}
        onSubmit={async ({ email }, form) => {
          const access = form.get('access') === 'admin' ? 'admin' : 'operator'
          const { link, invitation } = await callOnce((signal) =>
            sdk.api.operators.invite.mutate({ email, access }, { signal }),
          )
          setInvited({ link, ...invitation })
        }}
      >
        <Choices
          label={t`Access`}
          name="access"
          preset="operator"
          options={[
            { value: 'operator', name: t`Operator`, text: t`Answers chats.` },
            { value: 'admin', name: t`Admin`, text: t`Also manages operators, API keys and settings.` },
          ]}
        />
      </AccountForm>
    </Dialog>
  )
}

function InvitationDialog({ invited, onDismiss }: { invited: Invited; onDismiss: () => void }) {
  const { t } = useLingui()
  const format = useFormat()
  const { email } = invited
  const until = `${format.date(invited.expiresAt)}, ${format.time(invited.expiresAt)}`
  return (
    <LinkDialog
      title={t`Invitation link`}
      link={invited.link}
      text={
        <Trans>
          Send this link to {email}. It works once, until {until}. It won’t be shown again.
        </Trans>
      }
      danger={<Trans>Whoever opens it first gets the account.</Trans>}
      onDismiss={onDismiss}
    />
  )
}
