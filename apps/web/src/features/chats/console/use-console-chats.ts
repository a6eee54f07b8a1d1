import type { Chat } from '@deskbell/contract/chats'
import type { InboxCounts } from '@deskbell/contract/inbox'
import type { InboxFollower } from '@deskbell/sdk'
import { useEffect, useMemo, useRef } from 'react'
import { useSession } from '../../../lib/session.ts'
import { trpc } from '../../../lib/trpc.ts'
import { useStore } from '../../../lib/use-store.ts'
import { type ConsoleFilter, type ConsoleSort, filterQueries, listedChats, sortOrders } from './console-filter.ts'
import { orderChats } from './order-chats.ts'

export type ConsoleChats = {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly chats: readonly Chat[]
  readonly rows: ReadonlyMap<number, Chat>
  readonly counts: InboxCounts | null
  /** Nothing newer exists on the server, apart from what the pages of the list may still bring. */
  readonly isLive: boolean
  readonly caughtUp: boolean
  readonly hasMore: boolean
  readonly loadingMore: boolean
  readonly loadMore: () => void
  readonly reload: () => void
}

/** Which chats, and in what order. */
export type ConsoleView = { readonly filter: ConsoleFilter; readonly sort: ConsoleSort }

/** One list of the console: pages by query, everything after by the inbox; the newer row wins. */
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
  // Changes may have been missed: what the pages say is asked again, here and when another filter is chosen.
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
    // The pages of the list are asked again after an outage, and may be on their way when the inbox is live already.
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
