import { AppError } from '@deskbell/contract/errors'
import { unavailableRetrySeconds } from '@deskbell/contract/limits'
import { isUnavailable, sqlState } from '@deskbell/db/database-error'

/** Turns any error into one that a caller may get. An unexpected one becomes `internal`, with its cause for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (isUnavailable(error) || lostRace(error)) return overloaded(error)
  return new AppError('internal', { cause: error })
}

/** For calls that would have to wait too long. */
export function overloaded(cause?: unknown): AppError {
  return new AppError('unavailable', { cause, retryAfterMs: unavailableRetrySeconds * 1_000 })
}

/** Reports a deadlock or a serialization failure: the same call may succeed a little later. */
function lostRace(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40P01' || state === '40001'
}
