import type { InboxCounts } from '@deskbell/contract/inbox'
import { Plural, useLingui } from '@lingui/react/macro'
import { Icon, type IconName } from '../../../components/icon.tsx'
import { useFormat } from '../../../components/use-format.ts'
import { type ConsoleFilter, filters } from './console-filter.ts'

export const filterIcons: Record<ConsoleFilter, IconName> = {
  all: 'inbox',
  mine: 'person',
  unassigned: 'unassigned',
  closed: 'check',
}

export function useFilterNames(): Record<ConsoleFilter, string> {
  const { t } = useLingui()
  return {
    all: t({ message: 'Inbox', context: 'filter' }),
    mine: t({ message: 'Mine', context: 'filter' }),
    unassigned: t({ message: 'Unassigned', context: 'filter' }),
    closed: t({ message: 'Closed', context: 'filter' }),
  }
}

type FilterBarProps = {
  readonly filter: ConsoleFilter
  readonly counts: InboxCounts | null
  readonly onFilter: (filter: ConsoleFilter) => void
}

/** Which chats the list shows: in the rail of a wide window. */
export function FilterRail(props: FilterBarProps) {
  return (
    <Filters
      {...props}
      inRail
      className="hidden flex-col gap-0.5 xl:flex"
      buttonClass={(on) => `gap-2.5 ${on ? 'chosen text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink'}`}
    />
  )
}

/** The same above the list of a narrower window. What does not fit into one line goes into the next: nothing is cut. */
export function FilterBar(props: FilterBarProps) {
  return (
    <Filters
      {...props}
      className="flex flex-wrap gap-1 px-3 pb-2 short:flex-nowrap short:overflow-x-auto xl:hidden"
      buttonClass={(on) =>
        `shrink-0 gap-1.5 border ${on ? 'chosen border-transparent text-ink' : 'border-line text-ink-2 hover:bg-hover hover:text-ink'}`
      }
    />
  )
}

type FiltersProps = FilterBarProps & {
  readonly className: string
  readonly buttonClass: (on: boolean) => string
  readonly inRail?: boolean
}

function Filters({ filter, counts, onFilter, inRail = false, className, buttonClass }: FiltersProps) {
  const { t } = useLingui()
  const names = useFilterNames()
  const numbers: Record<ConsoleFilter, number | undefined> = {
    all: counts?.open,
    mine: counts?.mine,
    unassigned: counts?.unassigned,
    // Nobody counts them.
    closed: undefined,
  }
  return (
    <fieldset aria-label={t`Filter chats`} className={`min-w-0 ${className}`}>
      {filters.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === filter}
          onClick={() => onFilter(each)}
          className={`control flex items-center rounded-control px-2 text-small font-medium ${buttonClass(each === filter)}`}
        >
          {inRail && <Icon name={filterIcons[each]} />}
          <span className="min-w-0 flex-1 truncate text-start">{names[each]}</span>
          <Count value={numbers[each]} />
        </button>
      ))}
    </fieldset>
  )
}

function Count({ value }: { value: number | undefined }) {
  const format = useFormat()
  if (value === undefined || value === 0) return null
  return (
    <span className="relative text-meta tabular-nums">
      <span aria-hidden="true">{format.count(value)}</span>
      <span className="sr-only">
        <Plural value={value} one="# chat" other="# chats" />
      </span>
    </span>
  )
}
