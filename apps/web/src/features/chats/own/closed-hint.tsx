import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { failureWords } from '../../../components/error-words.ts'
import { Notice, noticeActionClass } from '../../../components/notice.tsx'
import type { ReopeningState } from './use-reopening.ts'

export type ClosedHintProps = {
  readonly reopening: ReopeningState | null
  readonly onCancel?: (() => void) | undefined
}

/** Above the composer of a closed chat: what becomes of the words that are written there. */
export function ClosedHint({ reopening, onCancel }: ClosedHintProps) {
  return (
    <div role="status">
      <Words reopening={reopening} onCancel={onCancel} />
    </div>
  )
}

function Words({ reopening, onCancel }: ClosedHintProps) {
  const { i18n } = useLingui()
  if (reopening?.kind === 'refused') {
    return (
      <Notice look="danger">
        {i18n._(failureWords(reopening.error))} <Trans>Your draft is still here.</Trans>
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
