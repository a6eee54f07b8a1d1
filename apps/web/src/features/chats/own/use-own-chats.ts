import type { Chat } from '@deskbell/contract/chats'
import type { InboxFollower } from '@deskbell/sdk'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useSession } from '../../../lib/session.ts'
import { useStore } from '../../../lib/use-store.ts'
import { compareChats } from '../chat-order.ts'
import { rememberChats, rememberedChats } from '../remembered-chats.ts'

/** `generation` is null for what this device only remembers. */
type Loaded = { readonly cursor: string | null; readonly generation: number | null }

export type OwnChats = {
  /** False until the first page has arrived, or what this device remembers of it. */
  readonly loaded: boolean
  /** False while only what this device remembers is here. */
  readonly fresh: boolean
  /** Everything missed while the line was lost is here. */
  readonly caughtUp: boolean
  readonly chats: readonly Chat[]
  readonly unread: number
  /** Is anybody there to answer? Null: not known at this moment. */
  readonly operatorsOnline: boolean | null
  readonly put: (chat: Chat) => void
  /** Null when all are here. */
  readonly loadMore: (() => void) | null
}

/**
 * One's own chats, live. They come by the SDK's own calls: the query library, which the operators' console uses,
 * would take more than a tenth of this page's first load for one list.
 */
export function useOwnChats(inbox: InboxFollower): OwnChats {
  const { sdk, user } = useSession()
  const { rows, generation, status, operatorsOnline } = useStore(inbox)
  const owner = useMemo(() => ({ role: user.role, userId: user.id }), [user.role, user.id])
  const [loaded, setLoaded] = useState<Loaded | null>(() => (rememberedChats(owner) === null ? null : rememberedOnly))
  const load = useCallback(
    async (cursor: string | null, signal?: AbortSignal) => {
      const page = await sdk.client.chats.list.query(
        { status: 'all', ...(cursor !== null && { cursor }) },
        signal && { signal },
      )
      inbox.put(page.items)
      setLoaded({ cursor: page.nextCursor, generation })
    },
    [sdk, inbox, generation],
  )
  useLoadUntilDone(load)
  const chats = useMemo(() => [...rows.values()].sort(compareChats), [rows])
  useEffect(() => {
    if (loaded !== null) rememberChats(owner, chats)
  }, [loaded, owner, chats])
  const cursor = loaded?.cursor ?? null
  return {
    loaded: loaded !== null,
    fresh: loaded !== null && loaded.generation !== null,
    caughtUp: status === 'live' && loaded !== null && loaded.generation !== null,
    chats,
    unread: chats.reduce((sum, chat) => sum + chat.unread, 0),
    operatorsOnline: status === 'live' ? operatorsOnline : null,
    put: (chat) => inbox.put([chat]),
    loadMore: cursor === null ? null : () => void load(cursor).catch(() => undefined),
  }
}

const retryMs = 2_000
/** The inbox has been given what this device knew last. */
const rememberedOnly: Loaded = { cursor: null, generation: null }

/** The first page again whenever `load` changes: at the start, and when changes may have been missed. */
function useLoadUntilDone(load: (cursor: null, signal: AbortSignal) => Promise<void>): void {
  useEffect(() => {
    const ended = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const attempt = () => {
      load(null, ended.signal).catch(() => {
        if (!ended.signal.aborted) timer = setTimeout(attempt, retryMs)
      })
    }
    attempt()
    return () => {
      ended.abort()
      clearTimeout(timer)
    }
  }, [load])
}
