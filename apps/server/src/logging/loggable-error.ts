export type LoggableError = {
  type: string
  code?: string
  message?: string
  frames: string[]
  cause?: LoggableError
}

const causesMax = 5

/**
 * Reduces an error to what may be logged: name, code, message, stack frames and causes. All other properties stay out,
 * because `pg` attaches the whole connection to the error of a broken one. The message of a failed statement contains
 * its values, so it stays out too.
 */
export function loggableError(error: unknown, depth = 1): LoggableError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), frames: [] }
  const carriesValues = 'params' in error || 'query' in error
  return {
    type: error.name,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(!carriesValues && { message: error.message }),
    frames: error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [],
    ...(error.cause !== undefined && depth < causesMax && { cause: loggableError(error.cause, depth + 1) }),
  }
}
