import type { AppRouter } from '@deskbell/api/router'
import type { TRPCLink } from '@trpc/client'
import { createTRPCReact } from '@trpc/react-query'

/** Queries and mutations of the operators' console. They travel over the SDK's socket. */
export const trpc = createTRPCReact<AppRouter>()

/**
 * Infinite queries add a `direction` to every input, which the server refuses as an unknown field:
 * its lists have one direction only.
 */
export const withoutDirection: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    next({ ...op, input: plainInput(op.input) })

function plainInput(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('direction' in input)) return input
  const { direction: _, ...plain } = input
  return plain
}
