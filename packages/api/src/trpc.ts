import { AppError } from '@deskbell/contract/errors'
import { streamPingMs, streamSilenceMs } from '@deskbell/contract/limits'
import { requireReopener } from '@deskbell/core/chats/chat-policy'
import { initTRPC } from '@trpc/server'
import { beforeDeadline } from './before-deadline.ts'
import { callErrorShape } from './call-error.ts'
import type { RequestContext } from './context.ts'
import { toPublicError } from './failure-report.ts'
import type { ProcedureMeta } from './procedure-meta.ts'

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    sse: {
      enabled: true,
      ping: { enabled: true, intervalMs: streamPingMs },
      client: { reconnectAfterInactivityMs: streamSilenceMs },
    },
    errorFormatter: ({ error, ctx }) => callErrorShape(error, ctx?.requestId ?? ''),
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
const procedure = t.procedure.use(answered).use(limited)

export const anybodyProcedure = procedure.meta({ access: 'anybody' }).use(({ ctx, next }) => {
  ctx.assertOwnOrigin()
  return next()
})

export const signedInProcedure = procedure.use(authenticated).meta({ access: 'signed-in' })

export const operatorProcedure = signedInProcedure.meta({ access: 'operator' }).use(({ ctx, next }) => {
  if (ctx.actor.role !== 'operator') throw new AppError('forbidden')
  return next()
})

/** Operators, and clients where the house lets them reopen; asked, like every role, before the input. */
export const reopenProcedure = signedInProcedure.meta({ access: 'reopener' }).use(({ ctx, next }) => {
  requireReopener(ctx.actor, ctx.core.closedChat)
  return next()
})
