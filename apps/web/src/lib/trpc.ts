import type { AppRouter } from '@deskbell/sdk'
import { createTRPCReact } from '@trpc/react-query'

/** Queries and mutations of the operators' console, sent over the SDK's connection. */
export const trpc = createTRPCReact<AppRouter>()
