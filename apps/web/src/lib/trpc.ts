import type { AppRouter } from '@deskbell/api/router'
import { createTRPCReact } from '@trpc/react-query'

/** Queries and mutations of the operators' console. They travel over the SDK's socket. */
export const trpc = createTRPCReact<AppRouter>()
