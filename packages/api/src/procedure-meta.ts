import type { Scope } from '@deskbell/contract/access/keys'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { AuthMode, Role } from '@deskbell/contract/users'
import type { z } from 'zod'

/** The rates against which the calls of a signed-in user count. `read`: also streams, marks and typing. */
export type UserRate = 'read' | 'change' | 'send'

/** The rate against which a call counts. `signIn` counts by address, because there is no user yet. */
export type CallRate = 'signIn' | UserRate

export const restMethods = ['GET', 'POST', 'DELETE'] as const
/** Only `POST` has a body. */
export type RestMethod = (typeof restMethods)[number]
export type RestStatus = 200 | 201 | 204

/** How REST exposes a procedure. */
export type RestMeta = {
  method: RestMethod
  /** Below `/api`. `{id}` is the input field `chatId`; any other `{name}` is the input field of that name. */
  path: `/${string}`
  /** Every success status with its meaning. The lowest is the default; a procedure may set `ctx.reply.status`. */
  success: Partial<Record<RestStatus, string>>
}

/** Metadata of a procedure for the adapters, the OpenAPI document and the tests. */
export type ProcedureMeta = {
  summary?: string
  /** `reopener`: an operator, and a client where `CLOSED_CHAT=reopen`. */
  access?: 'anybody' | 'signed-in' | 'operator' | 'admin' | 'reopener'
  /** The only mode in which this call may be made; in the other it is `forbidden`, whatever its input. */
  mode?: AuthMode
  /** For `anybody`: who signs in by this call, or gets back in. It is refused at an origin of the other role. */
  signsIn?: Role
  /** Default: `change` for a mutation, and `read` for everything else. */
  rate?: CallRate
  /**
   * The queue of `Core.queues` in which a call of a signed-in user waits for its turn. Default: `short`. `none` is for
   * changes of a chat, which wait in the writer, and for streams.
   */
  queue?: 'short' | 'opening' | 'none'
  /**
   * What a key needs for this call. Default: `read` for a query and a stream, `manage` for a mutation. `none`: no key may
   * call it.
   */
  scope?: Scope | 'none'
  rest?: RestMeta
  /** Own error codes, besides those of its access, its input and the transport. */
  errors?: readonly ErrorCode[]
  /** The schema of a stream's frames. The server does not parse frames: see `frame-stream.ts`. */
  frame?: z.ZodType
}

/** Returns the rate against which a call of a procedure counts. */
export function rateOf({ type, meta }: { type: string; meta: ProcedureMeta | undefined }): CallRate {
  return meta?.rate ?? (type === 'mutation' ? 'change' : 'read')
}
