import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { useInbox } from '../../../features/chats/use-inbox.ts'
import { isFinal } from '../../../lib/error-code.ts'
import { useSession } from '../../../lib/session.ts'
import { trpc, withoutDirection } from '../../../lib/trpc.ts'
import { Console } from './console.tsx'
import { useRememberedRows } from './use-remembered-rows.ts'

/** The operators' console: queries and mutations over the socket of the session. */
export function OperatorPage() {
  const { sdk, user } = useSession()
  const inbox = useInbox(sdk, { role: 'operator', userId: user.id })
  useRememberedRows(inbox)
  const [queryClient] = useState(createQueryClient)
  const [trpcClient] = useState(() => trpc.createClient({ links: [withoutDirection, ...sdk.links] }))
  return (
    <trpc.Provider client={trpcClient} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>{inbox !== null && <Console inbox={inbox} />}</QueryClientProvider>
    </trpc.Provider>
  )
}

const retriesMax = 5

/** The inbox keeps lists fresh, so nothing is asked again by the clock, by focus or by the network's opinion. */
function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => failures < retriesMax && !isFinal(error),
      },
    },
  })
}
