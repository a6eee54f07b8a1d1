import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { errorWords } from '../../../components/error-words.ts'
import { Notice } from '../../../components/notice.tsx'
import { errorCode } from '../../../lib/error-code.ts'
import type { ReopeningState } from './use-reopening.ts'

/** Above the composer of a closed chat: what becomes of the words that are written there. */
export function ClosedHint({ reopening }: { reopening: ReopeningState | null }) {
  return (
    <div role="status">
      <Words reopening={reopening} />
    </div>
  )
}

function Words({ reopening }: { reopening: ReopeningState | null }) {
  const { i18n } = useLingui()
  if (reopening?.kind === 'refused') {
    return (
      <Notice look="danger">
        {i18n._(errorWords(errorCode(reopening.error)))} <Trans>Your draft is still here.</Trans>
      </Notice>
    )
  }
  return (
    <Notice look="info">
      {reopening === null ? (
        <Trans>This chat is closed. Your message will start a new one.</Trans>
      ) : reopening.kind === 'opening' ? (
        <Trans>Reopening the chat…</Trans>
      ) : (
        <Trans>This chat is closed. Your message will reopen it.</Trans>
      )}
    </Notice>
  )
}
