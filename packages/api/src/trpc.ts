import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { batchItemsMax, streamPingMs, streamSilenceMs } from '@deskbell/contract/limits'
import { requireReopener } from '@deskbell/core/domain/chat-policy'
import { requireMode } from '@deskbell/core/domain/session-policy'
import { initTRPC } from '@trpc/server'
import { beforeDeadline } from './before-deadline.ts'
import { callErrorShape } from './call-error.ts'
import type { RequestContext } from './context.ts'
import { toPublicError } from './failure-report.ts'
import { type CallRate, type ProcedureMeta, rateOf } from './procedure-meta.ts'
import { requireScopeOf } from './scopes.ts'

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

type Call = {
  ctx: RequestContext
  path: string
  type: 'query' | 'mutation' | 'subscription'
  meta: ProcedureMeta | undefined
  getRawInput: () => Promise<unknown>
}

/**
 * Wraps every call. Converts failures to public errors and reports them once, so adapters must not log them again.
 * Checks the rate first, except for REST, which has checked it before it read the body. `isLate`: the caller has been answered that it
 * takes too long.
 */
async function answered<R extends { ok: true } | { ok: false; error: unknown }>(
  { ctx, path, type, meta, getRawInput }: Call,
  next: (isLate: () => boolean) => Promise<R>,
): Promise<R> {
  let hasPassed = false
  const limitedNext = async () => {
    const rate = rateOf({ type, meta })
    if (ctx.via !== 'rest') await ctx.limit(rate, () => tokensOf(rate, getRawInput))
    return await next(() => hasPassed)
  }
  const onLate = () => {
    hasPassed = true
  }
  try {
    const result = await (type === 'subscription' ? limitedNext() : beforeDeadline(limitedNext(), onLate))
    if (result.ok) return result
    throw result.error
  } catch (cause) {
    throw toPublicError({ ctx, path }, cause)
  }
}

/**
 * Returns the number of messages in a batch, and 1 for any other call. Input that cannot be read is refused later. Every
 * call waits for its input here: a call that did not would overtake an earlier send of the same socket.
 */
async function tokensOf(rate: CallRate, getRawInput: Call['getRawInput']): Promise<number> {
  const input = await getRawInput().catch(() => null)
  if (
    rate !== 'send' ||
    typeof input !== 'object' ||
    input === null ||
    !('items' in input) ||
    !Array.isArray(input.items)
  )
    return 1
  return Math.min(Math.max(1, input.items.length), batchItemsMax)
}

async function signedIn(ctx: RequestContext): Promise<Actor> {
  const actor = await ctx.authenticate()
  if (actor === null) throw new AppError('unauthenticated')
  return actor
}

/**
 * Middlewares run in order, and `.input()` after all of them. So the order of checks is that of the contract: method,
 * rate, session, role, input. There are few middlewares, because tRPC copies the context for each.
 */
export const publicProcedure = t.procedure.meta({ access: 'anybody' }).use(({ next, ...call }) =>
  answered(call, async (isLate) => {
    call.ctx.assertOwnOrigin()
    if (call.meta?.mode !== undefined) requireMode(call.ctx.core, call.meta.mode)
    if (call.meta?.signsIn !== undefined) call.ctx.assertSignInHere(call.meta.signsIn)
    return await next({ ctx: { isGone: () => call.ctx.isGone() || isLate() } })
  }),
)

/** Runs a call when it is the turn of its user. Over HTTP a caller who has gone leaves the queue. */
async function inTurn<R>({ ctx, meta }: Call, { userId }: Actor, run: () => Promise<R>): Promise<R> {
  const queue = meta?.queue ?? 'short'
  if (queue === 'none') return await run()
  return await ctx.core.queues[queue].run(userId, unlessGone(ctx, run), ctx.signal)
}

/** The same for a call that hashes a password, of a caller who has no session yet: the addresses take turns. */
export async function inTurnOfAddress<R>(ctx: RequestContext, run: () => Promise<R>): Promise<R> {
  return await ctx.core.queues.signIns.run(ctx.address, unlessGone(ctx, run), ctx.signal)
}

/** Nothing runs when nobody waits for its result any more. */
function unlessGone<R>(ctx: RequestContext, run: () => Promise<R>): () => Promise<R> {
  return async () => {
    if (ctx.isGone()) throw new AppError('unavailable', { internal: 'the caller has gone' })
    return await run()
  }
}

export const signedInProcedure = t.procedure
  .use(({ next, ...call }) =>
    answered(call, async () => {
      const actor = await signedIn(call.ctx)
      requireScopeOf(actor, call.meta?.scope ?? (call.type === 'mutation' ? 'manage' : 'read'))
      if (call.meta?.mode !== undefined) requireMode(call.ctx.core, call.meta.mode)
      return await inTurn(call, actor, () => next({ ctx: { actor } }))
    }),
  )
  .meta({ access: 'signed-in' })

export const operatorProcedure = signedInProcedure.meta({ access: 'operator' }).use(({ ctx, next }) => {
  if (ctx.actor.role !== 'operator') throw new AppError('forbidden')
  return next()
})

/** For admins. Whether somebody still is one, the use case asks under a lock. */
export const adminProcedure = operatorProcedure.meta({ access: 'admin' }).use(({ ctx, next }) => {
  if (ctx.actor.access !== 'admin') throw new AppError('forbidden')
  return next()
})

/** For operators, and for clients where `CLOSED_CHAT=reopen`. Like every role, this is checked before the input. */
export const reopenProcedure = signedInProcedure.meta({ access: 'reopener' }).use(({ ctx, next }) => {
  requireReopener(ctx.actor, ctx.core.closedChat)
  return next()
})
