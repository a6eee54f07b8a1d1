import { AppError } from '@deskbell/contract/errors'
import { initTRPC, type TRPCError } from '@trpc/server'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { beforeDeadline } from './before-deadline.ts'
import { toCallError } from './call-error.ts'
import type { CallErrorShape } from './call-error-shape.ts'
import type { RequestContext } from './context.ts'
import { errorTable } from './error-table.ts'
import { toPublicError } from './failure-report.ts'
import type { ProcedureMeta } from './procedure-meta.ts'

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    // Streams belong to the socket, which ends with its session; over HTTP nobody would end them.
    sse: { enabled: false },
    errorFormatter: ({ error, ctx }) => toErrorShape(error, ctx?.requestId ?? ''),
  })

export const router = t.router

/**
 * Outermost: failures become public errors here and are reported once, here, so adapters do not log them again.
 */
const answered = t.middleware(async ({ ctx, path, type, next }) => {
  try {
    const result = await (type === 'subscription' ? next() : beforeDeadline(next()))
    if (result.ok) return result
    throw result.error
  } catch (cause) {
    throw toPublicError({ ctx, path }, cause)
  }
})

/** A socket ends with its session; over HTTP nothing would end a stream. */
const streamedBySocket = t.middleware(({ ctx, type, next }) => {
  if (type === 'subscription' && ctx.via !== 'socket') throw new AppError('method_not_allowed')
  return next()
})

/** REST has asked already, before it read the body. */
const limited = t.middleware(({ ctx, meta, next }) => {
  if (meta?.limit !== undefined && ctx.via !== 'rest') ctx.limit(meta.limit)
  return next()
})

const authenticated = t.middleware(async ({ ctx, next }) => {
  const actor = await ctx.authenticate()
  if (actor === null) throw new AppError('unauthenticated')
  return next({ ctx: { actor } })
})

/**
 * Middlewares run in the order in which they stand, and `.input()` comes after all of them:
 * method, rate, session, role, input. That is the contract's order of checks.
 */
const procedure = t.procedure.use(answered).use(streamedBySocket).use(limited)

export const anybodyProcedure = procedure.meta({ access: 'anybody' }).use(({ ctx, next }) => {
  ctx.assertOwnOrigin()
  return next()
})

export const signedInProcedure = procedure.use(authenticated).meta({ access: 'signed-in' })

export const operatorProcedure = signedInProcedure.meta({ access: 'operator' }).use(({ ctx, next }) => {
  if (ctx.actor.role !== 'operator') throw new AppError('forbidden')
  return next()
})

function toErrorShape(error: TRPCError, requestId: string): CallErrorShape {
  const { code, detail, retryAfterMs, issues } = toCallError(error)
  const row = errorTable[code]
  return {
    message: detail,
    code: TRPC_ERROR_CODES_BY_KEY[row.trpc],
    data: {
      code,
      httpStatus: row.status,
      retryAfterMs: retryAfterMs ?? row.retryAfterMs,
      requestId,
      ...(issues !== undefined && { errors: issues }),
    },
  }
}
