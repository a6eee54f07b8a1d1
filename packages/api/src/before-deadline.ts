import { AppError } from '@deskbell/contract/errors'
import { unavailableMs } from '@deskbell/contract/limits'

/** A little before the promised time, so that the response arrives in time. */
const deadlineMs = unavailableMs - 200

/**
 * Rejects with `unavailable` when `work` takes too long, as with a hanging database, after `onLate`. The work itself goes
 * on.
 */
export async function beforeDeadline<T>(work: Promise<T>, onLate?: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate?.()
      reject(new AppError('unavailable', { internal: 'deadline passed' }))
    }, deadlineMs)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
