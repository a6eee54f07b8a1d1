import type { PendingMessage } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { errorWords } from '../../components/error-words.ts'

/** What can be done with a message that was refused. */
export type FailedHandlers = {
  readonly onRetry: (clientMsgId: string) => void
  readonly onEdit: (clientMsgId: string, text: string) => void
  readonly onDiscard: (clientMsgId: string) => void
}

const actionClass =
  'inline-flex min-h-6 items-center rounded-chip px-1.5 font-medium text-accent-text underline underline-offset-2'

/** Why a message was refused, and what can be done with its text. */
export function FailedActions({ pending, onRetry, onEdit, onDiscard }: { pending: PendingMessage } & FailedHandlers) {
  const { i18n } = useLingui()
  const { clientMsgId, text, code } = pending
  return (
    <div className="mt-0.5 flex flex-wrap items-center justify-end gap-x-1 text-small">
      <span className="text-end text-danger-text">{i18n._(errorWords(code))}</span>
      <button type="button" className={actionClass} onClick={() => onRetry(clientMsgId)}>
        <Trans>Try again</Trans>
      </button>
      <button type="button" className={actionClass} onClick={() => onEdit(clientMsgId, text)}>
        <Trans>Edit</Trans>
      </button>
      <button type="button" className={actionClass} onClick={() => onDiscard(clientMsgId)}>
        <Trans>Delete</Trans>
      </button>
    </div>
  )
}
