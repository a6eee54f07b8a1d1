import { Trans, useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SecretField } from './section.tsx'

type LinkDialogProps = {
  readonly title: string
  readonly link: string
  /** For whom it is, and how long it works. */
  readonly text: ReactNode
  /** What whoever opens it can do. */
  readonly danger: ReactNode
  readonly onDismiss: () => void
}

/** Shows a link, this once, for an admin to hand over. */
export function LinkDialog({ title, link, text, danger, onDismiss }: LinkDialogProps) {
  const { t } = useLingui()
  return (
    <Dialog title={title} onDismiss={onDismiss}>
      <div className="grid gap-4">
        <p className="text-body">{text}</p>
        <SecretField label={t`Link`} secret={link} />
        <p className="text-small text-ink-2">{danger}</p>
        <div className="flex justify-end">
          <Button onClick={onDismiss}>
            <Trans>Done</Trans>
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
