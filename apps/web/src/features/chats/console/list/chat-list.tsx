import type { ChatId } from '@deskbell/sdk'
import { Plural, Trans } from '@lingui/react/macro'
import {
  type FocusEvent,
  type PointerEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
} from 'react'
import { Button } from '../../../../components/button.tsx'
import { Icon } from '../../../../components/icon.tsx'
import { useSession } from '../../../../lib/session.ts'
import { ChatRow } from './chat-row.tsx'
import type { ConsoleFilter, ConsoleSort } from './console-filter.ts'
import { filterIcons } from './filter-bar.tsx'
import { useFrozenOrder } from './frozen-order.ts'
import { type ConsoleChats, useOnlineClients } from './use-console-chats.ts'
import { useListRows } from './use-list-rows.ts'

/** What other components can call on the list. */
export type ListView = { readonly moveFocus: (step: 1 | -1) => void }

type ChatListProps = {
  readonly ref: Ref<ListView>
  readonly list: ConsoleChats
  readonly filter: ConsoleFilter
  readonly sort: ConsoleSort
  readonly selectedId: number | undefined
  /** The user is about to open this chat. */
  readonly onNear: (chatId: ChatId) => void
  /** Starts a chat with a client. */
  readonly onStart: () => void
}

/** The chats of one filter. Rows keep their positions while the user is about to choose one. */
export function ChatList({ ref, list, filter, sort, selectedId, onNear, onStart }: ChatListProps) {
  const { user } = useSession()
  const boxRef = useRef<HTMLDivElement>(null)
  const ids = useMemo(() => list.chats.map((chat) => chat.id), [list.chats])
  const { shown, waiting, unfreeze, handlers } = useFrozenOrder(ids, `${filter} ${sort}`)
  const nameOf = (id: number) => list.rows.get(id)?.client.name ?? ''
  const rows = useListRows({ boxRef, ids: shown, selectedId, nameOf })
  const inSight = rows.items.flatMap(({ index }) => list.rows.get(shown[index] as ChatId)?.client.id ?? [])
  const online = useOnlineClients(inSight, list.isLive)
  const near = useNearRow(onNear)
  useImperativeHandle(ref, () => ({ moveFocus: rows.moveFocus }))
  return (
    <div className="relative min-h-0 flex-1">
      {waiting > 0 && (
        <button
          type="button"
          onClick={unfreeze}
          className="absolute inset-x-0 top-2 z-1 mx-auto w-fit animate-fade rounded-full bg-accent px-3 py-1 text-small font-medium text-accent-on shadow-menu hover:bg-accent-hover"
        >
          <Plural value={waiting} one="# update" other="# updates" />
        </button>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only observes events; the rows are the controls */}
      <div
        ref={boxRef}
        tabIndex={-1}
        onPointerMove={handlers.onPointerMove}
        onPointerOver={near.onPointerOver}
        onPointerDown={near.onPointerDown}
        onPointerLeave={() => {
          handlers.onPointerLeave()
          near.onPointerLeave()
        }}
        onKeyDown={(event) => {
          handlers.onKeyDown(event)
          rows.onKeyDown(event)
        }}
        onFocus={(event) => {
          handlers.onFocus(event)
          rows.onFocus(event)
          near.onFocus(event)
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

const rows = [1, 2, 3, 4, 5, 6]

/** Placeholders as high as real rows. Not shown for the first moment. */
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

/** Says why the list is empty, and what to do. */
export function EmptyList({ filter, onStart }: { filter: ConsoleFilter; onStart: () => void }) {
  return (
    <div className="grid justify-items-center gap-3 px-6 py-12 text-center text-body text-ink-2">
      <span className="inline-flex size-12 items-center justify-center rounded-full bg-selected text-ink-3 forced-frame">
        <Icon name={filterIcons[filter]} size={22} />
      </span>
      <p className="max-w-[18rem] text-balance">{reason(filter)}</p>
      {filter === 'all' && (
        <Button onClick={onStart}>
          <Trans>New chat</Trans>
        </Button>
      )}
    </div>
  )
}

function reason(filter: ConsoleFilter): ReactNode {
  switch (filter) {
    case 'all':
      return <Trans>No open chats. New ones appear automatically.</Trans>
    case 'mine':
      return <Trans>You have no open chats. Open an unassigned one to take it.</Trans>
    case 'unassigned':
      return <Trans>The queue is empty.</Trans>
    case 'closed':
      return <Trans>No closed chats yet.</Trans>
  }
}

/** Longer than a pointer or a held arrow key takes from one row to the next. */
const restMs = 50

type NearRow = {
  readonly onPointerOver: (event: PointerEvent) => void
  readonly onPointerDown: (event: PointerEvent) => void
  readonly onPointerLeave: () => void
  readonly onFocus: (event: FocusEvent) => void
}

/** Reports which chat the user is about to open: its row is touched, or the pointer or the focus rests on it. */
export function useNearRow(onNear: (chatId: ChatId) => void): NearRow {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const rest = ({ target }: { target: EventTarget }) => {
    clearTimeout(timer.current)
    const chatId = chatOfRow(target)
    if (chatId !== null) timer.current = setTimeout(() => onNear(chatId), restMs)
  }
  return {
    onPointerOver: rest,
    onPointerDown({ target }) {
      const chatId = chatOfRow(target)
      if (chatId !== null) onNear(chatId)
    },
    onPointerLeave: () => clearTimeout(timer.current),
    onFocus: rest,
  }
}

function chatOfRow(target: EventTarget): ChatId | null {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-chat-id]') : null
  return row === null ? null : (Number(row.dataset['chatId']) as ChatId)
}
