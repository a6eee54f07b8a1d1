import { Trans } from '@lingui/react/macro'

const rows = [1, 2, 3, 4, 5, 6]

/** Rows on their way, as high as real ones. Not shown for the first moment. */
export function ListSkeleton() {
  return (
    <div className="animate-late px-2">
      <p className="sr-only">
        <Trans>Loading chats…</Trans>
      </p>
      {rows.map((row) => (
        <div key={row} className="flex h-16 items-center gap-3 ps-2 pe-2.5">
          <span className="size-9 rounded-full bg-selected" />
          <span className="grid flex-1 gap-2">
            <span className="h-3 w-1/3 rounded-chip bg-selected" />
            <span className="h-3 w-2/3 rounded-chip bg-selected" />
          </span>
        </div>
      ))}
    </div>
  )
}
