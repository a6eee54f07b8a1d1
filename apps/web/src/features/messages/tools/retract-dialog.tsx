import type { ChatFollower } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans, useLingui as useMacro } from '@lingui/react/macro'
import { useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { failureWords } from '../../../components/error-words.ts'
import { usePlainText } from '../../../components/rich-text/use-rich-text.ts'
import { OfflineError } from '../../../lib/offline-error.ts'
import { useSession } from '../../../lib/session.ts'
import type { OwnMessage } from '../own-messages.ts'

type RetractDialogProps = {
  readonly follower: ChatFollower
  readonly message: OwnMessage
  readonly onClose: () => void
  readonly onDone: () => void
}

type Attempt = { readonly kind: 'none' | 'asking' } | { readonly kind: 'failed'; readonly error: unknown }

/** Asks once more, because nothing brings the text back. Without an answer it stays open and says so. */
export function RetractDialog({ follower, message, onClose, onDone }: RetractDialogProps) {
  const { i18n } = useLingui()
  const { t } = useMacro()
  const { sdk } = useSession()
  const plainText = usePlainText()
  const [attempt, setAttempt] = useState<Attempt>({ kind: 'none' })
  const retract = () => {
    if (attempt.kind === 'asking') return
    if (sdk.connection.getSnapshot().kind !== 'online') {
      setAttempt({ kind: 'failed', error: new OfflineError() })
      return
    }
    setAttempt({ kind: 'asking' })
    follower.retract(message.messageId).then(onDone, (error: unknown) => setAttempt({ kind: 'failed', error }))
  }
  return (
    <Dialog title={t`Delete message?`} onClose={onClose}>
      <p dir="auto" className="message-lines line-clamp-3 border-s-2 border-line-strong ps-3 text-body text-ink-2">
        {plainText(message.text)}
      </p>
      <p className="mt-3 text-body">
        <Trans>The text is removed for everyone and replaced with “Message deleted”.</Trans>
      </p>
      <p role="alert" className="mt-3 text-body text-danger-text empty:hidden">
        {attempt.kind === 'failed' && i18n._(failureWords(attempt.error))}
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button look="danger" aria-disabled={attempt.kind === 'asking'} onClick={retract}>
          {attempt.kind === 'asking' ? <Trans>Deleting…</Trans> : <Trans>Delete for everyone</Trans>}
        </Button>
      </div>
    </Dialog>
  )
}
