import { Plural, Trans } from '@lingui/react/macro'
import { type RefObject, useMemo } from 'react'
import { Button } from '../../../components/button.tsx'
import { useSession } from '../../../lib/session.ts'
import { ChatRow } from './chat-row.tsx'
import type { ConsoleFilter } from './console-filter.ts'
import { EmptyList } from './empty-list.tsx'
import { focusRow } from './focus-row.ts'
import { ListSkeleton } from './list-skeleton.tsx'
import type { ConsoleChats } from './use-console-chats.ts'
import { useFrozenOrder } from './use-frozen-order.ts'

type ChatListProps = {
  readonly list: ConsoleChats
  readonly filter: ConsoleFilter
  readonly selectedId: number | undefined
  readonly listRef: RefObject<HTMLDivElement | null>
}

/** The chats of one filter. Rows keep their places while somebody is about to choose one. */
export function ChatList({ list, filter, selectedId, listRef }: ChatListProps) {
  const { user } = useSession()
  const ids = useMemo(() => list.chats.map((chat) => chat.id), [list.chats])
  const { shown, waiting, thaw, handlers } = useFrozenOrder(ids, filter)
  return (
    <div className="relative min-h-0 flex-1">
      {waiting > 0 && (
        <button
          type="button"
          onClick={thaw}
          className="absolute inset-x-0 top-2 z-1 mx-auto w-fit animate-fade rounded-full bg-accent px-3 py-1 text-small font-medium text-accent-on shadow-menu hover:bg-accent-hover"
        >
          <Plural value={waiting} one="# update" other="# updates" />
        </button>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only watched; what one presses are the rows */}
      <div
        ref={listRef}
        {...handlers}
        onKeyDown={(event) => {
          handlers.onKeyDown(event)
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          focusRow(event.currentTarget, event.key === 'ArrowDown' ? 1 : -1)
        }}
        className="h-full overflow-y-auto"
      >
        <ul>
          {shown.map((id) => {
            const chat = list.rows.get(id)
            return (
              chat !== undefined && (
                <li key={id}>
                  <ChatRow chat={chat} selected={id === selectedId} ownId={user.id} />
                </li>
              )
            )
          })}
        </ul>
        <ListEnd list={list} filter={filter} empty={shown.length === 0} />
      </div>
    </div>
  )
}

function ListEnd({ list, filter, empty }: { list: ConsoleChats; filter: ConsoleFilter; empty: boolean }) {
  if (list.state === 'loading' && empty) return <ListSkeleton />
  if (list.state === 'failed') {
    return (
      <div className="grid justify-items-center gap-2 p-6 text-center text-small text-ink-2">
        <Trans>Couldn’t load the list.</Trans>
        <Button onClick={list.reload}>
          <Trans>Try again</Trans>
        </Button>
      </div>
    )
  }
  if (empty) return <EmptyList filter={filter} />
  if (!list.hasMore) return null
  return (
    <div className="p-3 text-center">
      <Button look="quiet" onClick={list.loadMore}>
        {list.loadingMore ? <Trans>Loading…</Trans> : <Trans>Load more</Trans>}
      </Button>
    </div>
  )
}
