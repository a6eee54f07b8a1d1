import { type Chat, type InboxFollower, retry, type Sdk } from '@deskbell/sdk'
import { useStore } from '@deskbell/sdk/react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useSession } from '../../../lib/session.ts'
import { compareChats, rememberChats, rememberedChats } from '../known-chats.ts'

/** `generation` is null for chats that come only from this device. */
type Loaded = { readonly cursor: string | null; readonly generation: number | null }

export type OwnChats = {
  /** False until the first page has been loaded, or read from this device. */
  readonly loaded: boolean
  /** False while only the chats stored on this device are known. */
  readonly fresh: boolean
  /** Everything missed without a connection has arrived. */
  readonly caughtUp: boolean
  readonly chats: readonly Chat[]
  readonly unread: number
  /** Whether an operator is online. Null: not known at present. */
  readonly operatorsOnline: boolean | null
  readonly put: (chat: Chat) => void
  /** Null if all are loaded. */
  readonly loadMore: (() => void) | null
}

/**
 * Returns the client's own chats, live. It uses the SDK's own calls: the query library, which the operators' console
 * uses, would add more than a tenth to this page's first load for one list.
 */
export function useOwnChats(inbox: InboxFollower): OwnChats {
  const { sdk, user } = useSession()
  const { rows, generation, status, operatorsOnline } = useStore(inbox)
  const owner = useMemo(() => ({ role: user.role, userId: user.id }), [user.role, user.id])
  const [loaded, setLoaded] = useState<Loaded | null>(() =>
    rememberedChats(owner) === undefined ? null : rememberedOnly,
  )
  const load = useCallback(
    async (cursor: string | null, signal?: AbortSignal) => {
      const page = await sdk.api.chats.list.query(
        { status: 'all', ...(cursor !== null && { cursor }) },
        signal && { signal },
      )
      inbox.put(page.items)
      setLoaded({ cursor: page.nextCursor, generation })
    },
    [sdk, inbox, generation],
  )
  useLoadUntilDone(sdk, load)
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

/** The inbox contains what was stored on this device. */
const rememberedOnly: Loaded = { cursor: null, generation: null }

/** Loads the first page again whenever `load` changes: at the start, and when changes may have been missed. */
function useLoadUntilDone({ connection }: Sdk, load: (cursor: null, signal: AbortSignal) => Promise<void>): void {
  useEffect(() => {
    const ended = new AbortController()
    const { signal } = ended
    retry(() => load(null, signal), { signal, connection }).catch(() => undefined)
    return () => ended.abort()
  }, [connection, load])
}
