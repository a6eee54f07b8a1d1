import { Trans } from '@lingui/react/macro'

/** A closed chat takes no message. What was being typed stays in sight, so that its writer can use it elsewhere. */
export function ClosedChat({ draft }: { draft: string }) {
  return (
    <div className="border-t border-line px-4 py-4 text-center text-body text-ink-2">
      <p>
        <Trans>This chat is closed.</Trans>
      </p>
      {draft !== '' && (
        <label className="mx-auto mt-3 grid max-w-[48rem] gap-1.5 text-start text-small font-medium">
          <Trans>What you have typed was not sent:</Trans>
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
