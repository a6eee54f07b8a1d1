import { type Chat, type InboxCounts, type InboxFollower, onlineRepeatMs, onlineUsersMax } from '@deskbell/sdk'
import { useStore } from '@deskbell/sdk/react'
import { keepPreviousData } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useSession } from '../../../../lib/session.ts'
import { trpc } from '../../../../lib/trpc.ts'
import {
  type ConsoleFilter,
  type ConsoleSort,
  filterQueries,
  listedChats,
  orderChats,
  sortOrders,
} from './console-filter.ts'

export type ConsoleChats = {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly chats: readonly Chat[]
  readonly rows: ReadonlyMap<number, Chat>
  readonly counts: InboxCounts | null
  /** Nothing newer exists on the server, except what the pages of the list may still return. */
  readonly isLive: boolean
  readonly caughtUp: boolean
  readonly hasMore: boolean
  readonly loadingMore: boolean
  readonly loadMore: () => void
  readonly reload: () => void
}

/** Which chats to show, and in what order. */
export type ConsoleView = { readonly filter: ConsoleFilter; readonly sort: ConsoleSort }

/** Returns one list of the console: pages from a query, and everything later from the inbox. The newer row wins. */
export function useConsoleChats(inbox: InboxFollower, { filter, sort }: ConsoleView): ConsoleChats {
  const { user } = useSession()
  const { rows, counts, status, generation } = useStore(inbox)
  const query = trpc.chats.list.useInfiniteQuery(
    { ...filterQueries[filter], sort },
    {
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    },
  )
  const { data, refetch } = query
  useEffect(() => {
    if (data !== undefined) inbox.put(data.pages.flatMap((page) => page.items))
  }, [inbox, data])
  const { invalidate } = trpc.useUtils().chats.list
  // Changes may have been missed: the pages are loaded again, here and when another filter is chosen.
  useEffect(() => {
    if (generation > 0) void invalidate()
  }, [generation, invalidate])
  const lastLoaded = query.hasNextPage ? (data?.pages.at(-1)?.items.at(-1) ?? null) : null
  const ordered = useOrder(rows, sort)
  const chats = useMemo(
    () => listedChats(ordered, { filter, operatorId: user.id, lastLoaded, compare: sortOrders[sort] }),
    [ordered, filter, sort, user.id, lastLoaded],
  )
  return {
    state: data === undefined ? (query.isError ? 'failed' : 'loading') : 'ready',
    chats,
    rows,
    counts,
    isLive: status === 'live',
    // After an outage the pages are loaded again, which may still run when the inbox is live already.
    caughtUp: status === 'live' && (!query.isRefetching || query.isFetchingNextPage),
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    reload: () => void refetch(),
  }
}

function useOrder(rows: ReadonlyMap<number, Chat>, sort: ConsoleSort): readonly Chat[] {
  const before = useRef<readonly Chat[]>([])
  return useMemo(() => {
    before.current = orderChats(rows, before.current, sortOrders[sort])
    return before.current
  }, [rows, sort])
}

/** However fast rows change, the server is asked about other rows at most this often. */
const changeMs = 1_000

const nobody: ReadonlySet<number> = new Set()

/**
 * Returns which of these clients are online. It asks repeatedly while the page is visible, and about other rows a
 * moment after they appear. Without a connection nobody is online, because nobody knows.
 */
export function useOnlineClients(userIds: readonly number[], isLive: boolean): ReadonlySet<number> {
  const key = useThrottled(
    [...new Set(userIds)]
      .sort((a, b) => a - b)
      .slice(0, onlineUsersMax)
      .join(),
  )
  const asked = useMemo(() => (key === '' ? [] : key.split(',').map(Number)), [key])
  const { data, isError } = trpc.users.online.useQuery(
    { userIds: asked },
    {
      enabled: isLive && asked.length > 0,
      refetchInterval: onlineRepeatMs,
      refetchOnWindowFocus: true,
      staleTime: 0,
      gcTime: 0,
      retry: false,
      placeholderData: keepPreviousData,
    },
  )
  const isKnown = isLive && !isError && data !== undefined
  return useMemo(() => (isKnown ? new Set<number>(data.online) : nobody), [isKnown, data])
}

/** Returns the newest value: at once after a quiet second, else when the second is over. */
function useThrottled(value: string): string {
  const [taken, setTaken] = useState(value)
  const takenAt = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    if (value === taken) return
    const timer = setTimeout(
      () => {
        takenAt.current = performance.now()
        setTaken(value)
      },
      Math.max(0, takenAt.current + changeMs - performance.now()),
    )
    return () => clearTimeout(timer)
  }, [value, taken])
  return taken
}
