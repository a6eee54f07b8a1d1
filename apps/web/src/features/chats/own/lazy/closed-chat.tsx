import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { Button } from '../../../../components/button.tsx'
import { failureMessage } from '../../../../components/error-message.ts'
import { Notice, noticeActionClass } from '../../../../components/notice.tsx'
import type { ReopeningState } from '../use-reopening.ts'

export type ClosedComposerProps = { readonly draft: string; readonly onNewChat: () => void }

/** Replaces the composer of a closed chat. The draft moves to a new one. */
export function ClosedComposer({ draft, onNewChat }: ClosedComposerProps) {
  return (
    <div className="border-t border-line print:hidden pb-[env(safe-area-inset-bottom)]">
      <div className="mx-auto flex w-full max-w-[51rem] flex-wrap items-center justify-between gap-3 px-6 py-3 max-md:px-4">
        <p className="text-body text-ink-2">
          <Trans>This chat is closed.</Trans>{' '}
          {draft === '' ? (
            <Trans>You can read it here anytime.</Trans>
          ) : (
            <Trans>Your draft moves to the new chat.</Trans>
          )}
        </p>
        <Button look="primary" onClick={onNewChat}>
          <Trans>New chat</Trans>
        </Button>
      </div>
    </div>
  )
}

export type ClosedHintProps = {
  readonly reopening: ReopeningState | null
  readonly onCancel?: (() => void) | undefined
}

/** Shown above the composer of a closed chat: says what will happen to the text. */
export function ClosedHint({ reopening, onCancel }: ClosedHintProps) {
  return (
    <div role="status">
      <HintText reopening={reopening} onCancel={onCancel} />
    </div>
  )
}

function HintText({ reopening, onCancel }: ClosedHintProps) {
  const { i18n } = useLingui()
  if (reopening?.kind === 'refused') {
    return (
      <Notice look="danger">
        {i18n._(failureMessage(reopening.error))} <Trans>Your draft is still here.</Trans>
      </Notice>
    )
  }
  if (reopening?.kind === 'opening') {
    return (
      <Notice
        look="info"
        action={
          <button type="button" className={noticeActionClass} onClick={onCancel}>
            <Trans>Cancel</Trans>
          </button>
        }
      >
        <Trans>Reopening the chat…</Trans>
      </Notice>
    )
  }
  return (
    <Notice look="info">
      {reopening === null ? (
        <Trans>This chat is closed. Your message will start a new one.</Trans>
      ) : (
        <Trans>This chat is closed. Your message will reopen it.</Trans>
      )}
    </Notice>
  )
}
