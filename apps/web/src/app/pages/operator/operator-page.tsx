import { type ChatId, errorCode, type InboxFollower, isFinal } from '@deskbell/sdk'
import { useInbox } from '@deskbell/sdk/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { compareChats, rememberChats, rememberedChats } from '../../../features/chats/known-chats.ts'
import { useSession } from '../../../lib/session.ts'
import { trpc } from '../../../lib/trpc.ts'
import { useChatsRoute } from '../../routing/route.ts'
import { Console } from './console.tsx'

/** The operators' console. Its queries and mutations use the connection of the session. */
export function OperatorPage() {
  const { sdk, user } = useSession()
  const inbox = useInbox({ remembered: () => rememberedChats({ role: 'operator', userId: user.id }) })
  useRememberedRows(inbox)
  const [queryClient] = useState(createQueryClient)
  const [trpcClient] = useState(() => trpc.createClient({ links: sdk.links }))
  return (
    <trpc.Provider client={trpcClient} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>{inbox !== null && <Console inbox={inbox} />}</QueryClientProvider>
    </trpc.Provider>
  )
}

const retriesMax = 5

/** The inbox keeps lists current, so no query is repeated by time, on focus or when the network is reported back. */
function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => failures < retriesMax && !isFinal(errorCode(error)),
      },
    },
  })
}

const restMs = 2_000

/** Stores the newest rows and that of the open chat on the device, for a reload without a connection. */
export function useRememberedRows(inbox: InboxFollower | null): void {
  const { user } = useSession()
  const { chat: open } = useChatsRoute().search
  useEffect(() => {
    if (inbox === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const keep = () => {
      clearTimeout(timer)
      timer = undefined
      const { rows } = inbox.getSnapshot()
      const newest = [...rows.values()].sort(compareChats)
      rememberChats({ role: 'operator', userId: user.id }, newest, rows.get(open as ChatId))
    }
    const keepNow = () => timer !== undefined && keep()
    const keepSoon = () => {
      timer ??= setTimeout(keep, restMs)
    }
    const unsubscribe = inbox.subscribe(keepSoon)
    keepSoon()
    window.addEventListener('pagehide', keepNow)
    return () => {
      unsubscribe()
      window.removeEventListener('pagehide', keepNow)
      clearTimeout(timer)
    }
  }, [inbox, open, user.id])
}
