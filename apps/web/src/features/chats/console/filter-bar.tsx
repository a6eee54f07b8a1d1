import type { InboxCounts } from '@deskbell/contract/inbox'
import { useLingui } from '@lingui/react/macro'
import { type ConsoleFilter, filters } from './console-filter.ts'

type FilterBarProps = {
  readonly filter: ConsoleFilter
  readonly counts: InboxCounts | null
  readonly onFilter: (filter: ConsoleFilter) => void
}

/** Which chats the list shows. */
export function FilterBar({ filter, counts, onFilter }: FilterBarProps) {
  const { t } = useLingui()
  const names: Record<ConsoleFilter, string> = {
    all: t({ message: 'All', context: 'filter' }),
    mine: t({ message: 'Mine', context: 'filter' }),
    unassigned: t({ message: 'Unassigned', context: 'filter' }),
    closed: t({ message: 'Closed', context: 'filter' }),
  }
  const numbers: Record<ConsoleFilter, number | undefined> = {
    all: counts?.open,
    mine: counts?.mine,
    unassigned: counts?.unassigned,
    closed: undefined,
  }
  return (
    <fieldset aria-label={t`Filter chats`} className="flex min-w-0 gap-0.5 overflow-x-auto p-2">
      {filters.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === filter}
          onClick={() => onFilter(each)}
          className="inline-flex min-h-8 shrink-0 items-center gap-1.5 rounded-control px-2 text-small font-medium text-ink-2 hover:bg-hover focus-visible:-outline-offset-2 aria-pressed:bg-accent-soft aria-pressed:text-accent-text max-md:min-h-10"
        >
          {names[each]}
          {numbers[each] !== undefined && numbers[each] > 0 && (
            <span aria-hidden="true" className="text-meta font-normal">
              {numbers[each]}
            </span>
          )}
        </button>
      ))}
    </fieldset>
  )
}
