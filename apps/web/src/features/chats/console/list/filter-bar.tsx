import type { InboxCounts } from '@deskbell/sdk'
import { Plural, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { Select } from '../../../../components/form/fields.tsx'
import { Icon, type IconName } from '../../../../components/icon.tsx'
import { useFormat } from '../../../../components/use-format.ts'
import { readStored, writeStored } from '../../../../lib/device/storage.ts'
import { type ConsoleFilter, type ConsoleSort, filters, sorts } from './console-filter.ts'

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

/** Selects which chats the list shows, in the rail of a wide window. */
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

/** The same above the list of a narrower window. Buttons wrap into the next line, so none is cut off. */
export function FilterBar(props: FilterBarProps) {
  return (
    <Filters
      {...props}
      className="flex flex-wrap gap-1 px-3 pb-2 max-sm:px-2 short:flex-nowrap short:overflow-x-auto xl:hidden"
      buttonClass={(on) =>
        `shrink-0 gap-1.5 border max-sm:gap-1 max-sm:px-1.5 max-sm:text-meta ${on ? 'chosen border-transparent text-ink' : 'border-line text-ink-2 hover:bg-hover hover:text-ink'}`
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
    // The server does not count them.
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

const storageKey = 'deskbell.sort'

/** Returns the order of the list, which is stored on the device. */
export function useSort(): readonly [ConsoleSort, (sort: ConsoleSort) => void] {
  const [sort, setSort] = useState<ConsoleSort>(() => (readStored(storageKey) === 'waiting' ? 'waiting' : 'activity'))
  const choose = (chosen: ConsoleSort) => {
    writeStored(storageKey, chosen === 'activity' ? null : chosen)
    setSort(chosen)
  }
  return [sort, choose]
}

/** Selects the order of the chats. */
export function SortMenu({ sort, onSort }: { sort: ConsoleSort; onSort: (sort: ConsoleSort) => void }) {
  const { t } = useLingui()
  const names: Record<ConsoleSort, string> = { activity: t`Newest first`, waiting: t`Waiting longest` }
  return (
    <Select
      label={t`Sort chats`}
      labelShown={false}
      quiet
      value={sort}
      options={sorts.map((value) => ({ value, name: names[value] }))}
      onChange={onSort}
    />
  )
}
