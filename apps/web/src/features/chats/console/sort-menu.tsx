import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { Select } from '../../../components/select.tsx'
import { readStored, writeStored } from '../../../lib/local-store.ts'
import { type ConsoleSort, sorts } from './console-filter.ts'

const storageKey = 'deskbell.sort'

/** The order of the list, kept on the device. */
export function useSort(): readonly [ConsoleSort, (sort: ConsoleSort) => void] {
  const [sort, setSort] = useState<ConsoleSort>(() => (readStored(storageKey) === 'waiting' ? 'waiting' : 'activity'))
  const choose = (chosen: ConsoleSort) => {
    writeStored(storageKey, chosen === 'activity' ? null : chosen)
    setSort(chosen)
  }
  return [sort, choose]
}

/** In which order the chats stand. */
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
