import type { ChatId } from '@deskbell/contract/ids'
import { Plural, Trans } from '@lingui/react/macro'
import { type Ref, useImperativeHandle, useMemo, useRef } from 'react'
import { Button } from '../../../components/button.tsx'
import { useSession } from '../../../lib/session.ts'
import { ChatRow } from './chat-row.tsx'
import type { ConsoleFilter, ConsoleSort } from './console-filter.ts'
import { EmptyList } from './empty-list.tsx'
import { ListSkeleton } from './list-skeleton.tsx'
import type { ConsoleChats } from './use-console-chats.ts'
import { useFrozenOrder } from './use-frozen-order.ts'
import { useListRows } from './use-list-rows.ts'
import { useOnlineClients } from './use-online-clients.ts'

/** What others may ask of the list. */
export type ListView = { readonly moveFocus: (step: 1 | -1) => void }

type ChatListProps = {
  readonly ref: Ref<ListView>
  readonly list: ConsoleChats
  readonly filter: ConsoleFilter
  readonly sort: ConsoleSort
  readonly selectedId: number | undefined
  /** Begins a chat with a client. */
  readonly onStart: () => void
}

/** The chats of one filter. Rows keep their places while somebody is about to choose one. */
export function ChatList({ ref, list, filter, sort, selectedId, onStart }: ChatListProps) {
  const { user } = useSession()
  const boxRef = useRef<HTMLDivElement>(null)
  const ids = useMemo(() => list.chats.map((chat) => chat.id), [list.chats])
  const { shown, waiting, thaw, handlers } = useFrozenOrder(ids, `${filter} ${sort}`)
  const nameOf = (id: number) => list.rows.get(id)?.client.name ?? ''
  const rows = useListRows({ boxRef, ids: shown, selectedId, nameOf })
  const near = rows.items.flatMap(({ index }) => list.rows.get(shown[index] as ChatId)?.client.id ?? [])
  const online = useOnlineClients(near, list.isLive)
  useImperativeHandle(ref, () => ({ moveFocus: rows.moveFocus }))
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
        ref={boxRef}
        tabIndex={-1}
        onPointerMove={handlers.onPointerMove}
        onPointerLeave={handlers.onPointerLeave}
        onKeyDown={(event) => {
          handlers.onKeyDown(event)
          rows.onKeyDown(event)
        }}
        onFocus={(event) => {
          handlers.onFocus(event)
          rows.onFocus(event)
        }}
        onBlur={() => {
          handlers.onBlur()
          rows.onBlur()
        }}
        className="relative h-full overflow-y-auto overscroll-contain px-2 pb-2 outline-none"
      >
        <ul className="relative" style={{ height: rows.heightPx }}>
          {rows.items.map(({ index, key, start }) => {
            const chat = list.rows.get(shown[index] as ChatId)
            return (
              chat !== undefined && (
                <li
                  key={key}
                  ref={rows.measure}
                  data-index={index}
                  aria-posinset={index + 1}
                  aria-setsize={list.hasMore ? -1 : shown.length}
                  className="absolute inset-x-0"
                  style={{ top: start }}
                >
                  <ChatRow
                    chat={chat}
                    selected={chat.id === selectedId}
                    online={online.has(chat.client.id)}
                    ownId={user.id}
                  />
                </li>
              )
            )
          })}
        </ul>
        <ListEnd list={list} filter={filter} empty={shown.length === 0} onStart={onStart} />
      </div>
    </div>
  )
}

type ListEndProps = Pick<ChatListProps, 'list' | 'filter' | 'onStart'> & { readonly empty: boolean }

function ListEnd({ list, filter, empty, onStart }: ListEndProps) {
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
  if (empty) return <EmptyList filter={filter} onStart={onStart} />
  if (!list.hasMore) return null
  return (
    <div className="p-3 text-center">
      <Button look="quiet" onClick={list.loadMore}>
        {list.loadingMore ? <Trans>Loading…</Trans> : <Trans>Load more</Trans>}
      </Button>
    </div>
  )
}
