import { AppError } from '@deskbell/contract/errors'
import { unavailableMs } from '@deskbell/contract/limits'

/** Answers leave a little before the promised time, to be there in time. */
const deadlineMs = unavailableMs - 200

/** A frozen database must not freeze its callers: what takes too long is `unavailable`. */
export async function beforeDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('unavailable', { internal: 'deadline passed' })), deadlineMs)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
