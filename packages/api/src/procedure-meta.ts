import type { ErrorCode } from '@deskbell/contract/errors'
import type { z } from 'zod'

/** What is counted against a rate. */
export type LimitKind = 'login' | 'send'

export type RestMethod = 'GET' | 'POST'
export type RestStatus = 200 | 201 | 204

/** The REST face of a procedure. */
export type RestMeta = {
  method: RestMethod
  /** Below `/api`; `{id}` stands for the chat's id, `chatId` in the input, any other `{name}` for that field. */
  path: `/${string}`
  /** Every success status with its meaning; a procedure that has more than one sets `ctx.reply.status`. */
  success: Partial<Record<RestStatus, string>>
}

/** What a procedure says about itself, for the adapters, the document and the tests. */
export type ProcedureMeta = {
  summary?: string
  /** `reopener`: an operator, and a client where `CLOSED_CHAT=reopen`. */
  access?: 'anybody' | 'signed-in' | 'operator' | 'reopener'
  limit?: LimitKind
  rest?: RestMeta
  /** Codes of its own, beyond those that its access, its input and the transport bring. */
  errors?: readonly ErrorCode[]
  /** The shape of a stream's frames. Typed, not parsed: see `frame-stream.ts`. */
  frame?: z.ZodType
}
