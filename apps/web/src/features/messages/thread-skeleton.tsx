import { Trans } from '@lingui/react/macro'

const widths = ['w-2/5 self-start', 'w-3/5 self-start', 'w-1/2 self-end', 'w-1/3 self-start', 'w-2/5 self-end']

/** The place of messages that are on their way. Not shown for the first moment. */
export function ThreadSkeleton() {
  return (
    <div className="flex animate-late flex-col gap-3 py-4">
      <p className="sr-only">
        <Trans>Loading messages…</Trans>
      </p>
      {widths.map((width) => (
        <span key={width} className={`h-10 rounded-bubble bg-selected ${width}`} />
      ))}
    </div>
  )
}
