import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'

type SignOutDialogProps = {
  /** How many messages wait. */
  readonly unsent: number
  readonly onSignOut: () => void
  readonly onStay: () => void
}

/** Something waits to be sent, and would be lost. */
export function SignOutDialog({ unsent, onSignOut, onStay }: SignOutDialogProps) {
  const { t } = useLingui()
  return (
    <Dialog title={t`Sign out?`} onClose={onStay}>
      <p className="text-body">
        <Plural
          value={unsent}
          one="# message hasn’t been sent. If you sign out, it will be deleted from this device."
          other="# messages haven’t been sent. If you sign out, they will be deleted from this device."
        />
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button look="danger" onClick={onSignOut}>
          <Trans>Sign out and delete</Trans>
        </Button>
        <Button look="primary" onClick={onStay}>
          <Trans>Stay signed in</Trans>
        </Button>
      </div>
    </Dialog>
  )
}
