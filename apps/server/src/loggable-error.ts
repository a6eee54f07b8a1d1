export type LoggableError = {
  type: string
  code?: string
  message?: string
  frames: string[]
  cause?: LoggableError
}

const causesMax = 5

/**
 * What the log keeps of an error: name, code, message and place. Everything else that hangs on it stays out: `pg` hangs
 * its whole connection on the error of a broken one. The message of a failed statement carries its values, so it stays
 * out too.
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
