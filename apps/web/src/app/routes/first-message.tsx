import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { useRef } from 'react'
import { failureWords } from '../../components/error-words.ts'
import { Notice } from '../../components/notice.tsx'
import { OpeningComposer } from '../../features/messages/opening-composer.tsx'
import type { OpeningState } from '../../features/messages/use-opening.ts'

/** No chat yet: an invitation, and the composer whose first message makes one. */
export function FirstMessage({ state }: { state: OpeningState }) {
  const { i18n } = useLingui()
  const inputRef = useRef<HTMLTextAreaElement>(null)
  return (
    <>
      <div className="flex min-h-0 flex-1 flex-col justify-center overflow-y-auto">
        {state.openings.length === 0 && (
          <div className="mx-auto grid max-w-[30rem] gap-2 p-6 text-center">
            <h2 className="text-h1 font-semibold text-balance max-md:text-h2">
              <Trans>How can we help?</Trans>
            </h2>
            <p className="text-read text-ink-2">
              <Trans>
                Write your question below. You can close this page: the reply will be here when you’re back.
              </Trans>
            </p>
          </div>
        )}
      </div>
      {state.error !== null && <Notice look="danger">{i18n._(failureWords(state.error))}</Notice>}
      {/* Mounted anew when a refused text comes back, so that it stands in the composer again. */}
      <OpeningComposer
        key={state.error === null ? 'fresh' : 'refused'}
        openings={state.openings}
        isKept={state.isKept}
        onSend={state.start}
        inputRef={inputRef}
      />
    </>
  )
}
