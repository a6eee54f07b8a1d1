import { errorCode, isFinal } from '@deskbell/sdk'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useSession } from '../../../lib/session.ts'
import { trpc } from '../../../lib/trpc.ts'

/** Gives the pages of operators queries and mutations, which use the connection of the session. */
export function SessionQueries({ children }: { children: ReactNode }) {
  const { sdk } = useSession()
  const [queryClient] = useState(createQueryClient)
  const [trpcClient] = useState(() => trpc.createClient({ links: sdk.links }))
  return (
    <trpc.Provider client={trpcClient} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
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
