import type { Chat } from '@deskbell/contract/chats'
import type { InboxFollower } from '@deskbell/sdk'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useSession } from '../../../lib/session.ts'
import { useStore } from '../../../lib/use-store.ts'
import { compareChats } from '../chat-order.ts'
import { rememberChats, rememberedChats } from './remembered-chats.ts'

/** `generation` is null for what this tab only remembers. */
type Loaded = { readonly cursor: string | null; readonly generation: number | null }

export type OwnChats = {
  /** False until the first page has arrived, or what this tab remembers of it. */
  readonly loaded: boolean
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
  const [loaded, setLoaded] = useState<Loaded | null>(null)
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
  useRememberedMeanwhile(loaded === null, () => {
    const known = rememberedChats(user.id)
    if (known === null) return
    inbox.put(known)
    setLoaded({ cursor: null, generation: null })
  })
  useEffect(() => {
    if (loaded !== null) rememberChats(user.id, chats.slice(0, rememberedMax))
  }, [loaded, user.id, chats])
  const cursor = loaded?.cursor ?? null
  return {
    loaded: loaded !== null,
    caughtUp: status === 'live' && loaded !== null && loaded.generation !== null,
    chats,
    unread: chats.reduce((sum, chat) => sum + chat.unread, 0),
    operatorsOnline: status === 'live' ? operatorsOnline : null,
    put: (chat) => inbox.put([chat]),
    loadMore: cursor === null ? null : () => void load(cursor).catch(() => undefined),
  }
}

const retryMs = 2_000
/** A line that needs longer than this may be away. */
const patienceMs = 1_500
const rememberedMax = 20

/** While nothing arrives, the tab goes on with what it knew before it was loaded anew. */
function useRememberedMeanwhile(waits: boolean, recall: () => void): void {
  const latest = useRef(recall)
  latest.current = recall
  useEffect(() => {
    if (!waits) return
    const timer = setTimeout(() => latest.current(), patienceMs)
    return () => clearTimeout(timer)
  }, [waits])
}

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
