import { Trans } from '@lingui/react/macro'
import { type RefObject, useEffect } from 'react'

type ClosedChatProps = {
  readonly draft: string
  /** True when the composer that comes back is to have the focus: it was opened again here. */
  readonly leadsBack: RefObject<boolean>
  readonly composerRef: RefObject<HTMLTextAreaElement | null>
}

/** A closed chat takes no message. What was being typed stays in sight, and goes on when the chat is opened again. */
export function ClosedChat({ draft, leadsBack, composerRef }: ClosedChatProps) {
  useEffect(
    () => () => {
      if (leadsBack.current) composerRef.current?.focus()
      leadsBack.current = false
    },
    [leadsBack, composerRef],
  )
  return (
    <div className="border-t border-line px-4 py-4 text-center text-body text-ink-2">
      <p>
        <Trans>This chat is closed.</Trans> <Trans>Reopen it to reply.</Trans>
      </p>
      {draft !== '' && (
        <label className="mx-auto mt-3 grid max-w-[48rem] gap-1.5 text-start text-small font-medium">
          <Trans>Your unsent draft:</Trans>
          <textarea
            readOnly
            dir="auto"
            value={draft}
            className="field-sizing-content max-h-40 w-full resize-none rounded-control border border-line bg-raised px-3 py-2 text-input font-normal text-ink"
          />
        </label>
      )}
    </div>
  )
}
