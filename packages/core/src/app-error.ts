import { AppError } from '@deskbell/contract/errors'
import { unavailableRetrySeconds } from '@deskbell/contract/limits'
import { isUnavailable, sqlState } from '@deskbell/db/database-error'

/** Every error as the one that may leave: what was not foreseen is `internal`, with the cause for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (isUnavailable(error) || lostRace(error)) {
    return new AppError('unavailable', { cause: error, retryAfterMs: unavailableRetrySeconds * 1000 })
  }
  return new AppError('internal', { cause: error })
}

/** A deadlock or a serialization failure that outlived its retries: the same call may work a little later. */
function lostRace(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40P01' || state === '40001'
}
