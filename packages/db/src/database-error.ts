import pg from 'pg'

/** Returns the SQLSTATE of the first PostgreSQL error among the error and its causes. */
export function sqlState(error: unknown): string | undefined {
  return serverError(error)?.code
}

/** Returns the name of the constraint or unique index that refused the row (SQLSTATE class 23). */
export function violatedConstraint(error: unknown): string | undefined {
  const found = serverError(error)
  return found?.code?.startsWith('23') === true ? found.constraint : undefined
}

/** Reports whether the database cannot answer at this moment. The same call may succeed a little later. */
export function isUnavailable(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined) return unavailableStates.test(state)
  return isConnectionLost(error)
}

/** Reports whether a statement waited for a lock longer than `lock_timeout`, or did not wait because of `nowait`. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03'
}

/** Reports whether the connection must be closed. The outcome of its last statement may be unknown. */
export function isConnectionLost(error: unknown): boolean {
  for (const cause of causes(error)) {
    if (cause instanceof pg.DatabaseError) return lostStates.test(cause.code ?? '')
    if (isSystemError(cause) || lostMessages.test(cause.message)) return true
  }
  return false
}

// 08 connection, 53 no resources, 55P03 lock not available, 57014 cancelled by a timeout,
// 57P01 to 57P05 shutting down, crashed, starting up, database dropped, session idle for too long,
// 25P03 and 25P04 timeouts of a transaction, which end the session.
const unavailableStates = /^(08...|53...|55P03|57014|57P0[1-5]|25P0[34])$/
const lostStates = /^(08...|57P0[1-5]|25P0[34])$/

const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

// Messages of pg and pg-pool. Their errors have no codes.
const lostMessages = new RegExp(
  [
    'Connection terminated',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error',
    'Client was closed and is not queryable',
    'Cannot use a pool after calling end',
  ].join('|'),
)

function serverError(error: unknown): pg.DatabaseError | undefined {
  for (const cause of causes(error)) if (cause instanceof pg.DatabaseError) return cause
  return undefined
}

/** Yields the error, its causes and the members of an AggregateError, outermost first. Stops after eight levels. */
function* causes(error: unknown, depth = 0): Generator<Error> {
  if (!(error instanceof Error) || depth > 8) return
  yield error
  if (error instanceof AggregateError) for (const inner of error.errors) yield* causes(inner, depth + 1)
  yield* causes(error.cause, depth + 1)
}

function isSystemError(error: Error): boolean {
  if (!('code' in error) || typeof error.code !== 'string') return false
  // The Unix socket does not exist, because the server is not running.
  if (error.code === 'ENOENT') return 'syscall' in error && error.syscall === 'connect'
  return systemCodes.has(error.code)
}
