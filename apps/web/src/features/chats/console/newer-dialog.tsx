import type { Chat } from '@deskbell/contract/chats'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'

type NewerDialogProps = {
  readonly chat: Chat
  readonly onRead: () => void
  readonly onClose: () => void
  readonly onCloseChat: () => void
}

/** The chat was to be closed over something that its operator has not seen. */
export function NewerDialog({ chat, onRead, onClose, onCloseChat }: NewerDialogProps) {
  const { t } = useLingui()
  const client = <bdi className="font-medium">{chat.client.name}</bdi>
  return (
    <Dialog title={t`New message`} onClose={onClose}>
      <p className="text-body">
        <Trans>{client} sent another message, so the chat wasn’t closed.</Trans>
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button look="danger" onClick={onCloseChat}>
          <Trans>Close anyway</Trans>
        </Button>
        <Button look="primary" onClick={onRead}>
          <Trans>View message</Trans>
        </Button>
      </div>
    </Dialog>
  )
}
