import { AppError } from '@deskbell/contract/errors'
import { unavailableRetrySeconds } from '@deskbell/contract/limits'
import { isUnavailable, sqlState } from '@deskbell/db/database-error'

/** Turns any error into one that a caller may get. An unexpected one becomes `internal`, with its cause for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (isUnavailable(error) || lostRace(error)) {
    return new AppError('unavailable', { cause: error, retryAfterMs: unavailableRetrySeconds * 1000 })
  }
  return new AppError('internal', { cause: error })
}

/** Reports a deadlock or a serialization failure: the same call may succeed a little later. */
function lostRace(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40P01' || state === '40001'
}
