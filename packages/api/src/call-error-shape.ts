import type { ErrorCode, InputIssue } from '@deskbell/contract/errors'
import type { TRPC_ERROR_CODE_NUMBER } from '@trpc/server'

/** `error.data` of every failed call. It has no stack, no procedure path and no internal message. */
export type CallErrorData = {
  code: ErrorCode
  httpStatus: number
  retryAfterMs: number | null
  requestId: string
  errors?: InputIssue[]
}

export type CallErrorShape = { message: string; code: TRPC_ERROR_CODE_NUMBER; data: CallErrorData }
