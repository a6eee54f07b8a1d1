import { errorCode, isFinal } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans, useLingui as useMacro } from '@lingui/react/macro'
import { failureMessage } from '../../../components/error-message.ts'
import { Icon } from '../../../components/icon.tsx'
import type { EditAttempt } from '../composer/use-editing.ts'

export type EditingBarProps = {
  readonly attempt: EditAttempt
  readonly onCancel: () => void
  /** Adds the new text to the draft. */
  readonly onKeepAsDraft: () => void
}

/** Shown above the composer: says that it edits a sent message, and why saving failed. */
export function EditingBar({ attempt, onCancel, onKeepAsDraft }: EditingBarProps) {
  const { i18n } = useLingui()
  const { t } = useMacro()
  return (
    <div className="mb-1 flex items-start gap-2 ps-2 text-small">
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-0.5 py-1.5">
        <p className="font-medium text-accent-text">
          {attempt.kind === 'saving' ? <Trans>Saving…</Trans> : <Trans>Editing message</Trans>}
        </p>
        <p role="alert" className="text-danger-text">
          {attempt.kind === 'failed' && i18n._(failureMessage(attempt.error))}
        </p>
        {attempt.kind === 'failed' && isFinal(errorCode(attempt.error)) && (
          <button
            type="button"
            onClick={onKeepAsDraft}
            className="-mx-1.5 inline-flex min-h-7 items-center rounded-chip px-1.5 font-medium text-accent-text underline underline-offset-2"
          >
            <Trans>Send as a new message</Trans>
          </button>
        )}
      </div>
      <button
        type="button"
        aria-label={t`Cancel editing`}
        title={t`Cancel editing`}
        onClick={onCancel}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-control text-ink-2 hover:bg-hover"
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  )
}
