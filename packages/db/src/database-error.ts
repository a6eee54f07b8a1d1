import pg from 'pg'

/** The five-character code of PostgreSQL's own error, wherever it stands in the chain of causes. */
export function sqlState(error: unknown): string | undefined {
  return serverError(error)?.code
}

/** The name of the constraint or unique index that refused the row. */
export function violatedConstraint(error: unknown): string | undefined {
  const found = serverError(error)
  return found?.code?.startsWith('23') === true ? found.constraint : undefined
}

/** The database cannot answer at this moment; the same call may work a little later. */
export function isUnavailable(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined) return unavailableStates.test(state)
  return isConnectionLost(error)
}

/** Another transaction has held a lock for too long. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03'
}

/** The connection is of no further use, whatever became of the statement. */
export function isConnectionLost(error: unknown): boolean {
  for (const cause of causes(error)) {
    if (cause instanceof pg.DatabaseError) return lostStates.test(cause.code ?? '')
    if (isSystemError(cause) || lostMessages.test(cause.message)) return true
  }
  return false
}

// 08 connection, 53 no resources, 55P03 lock not available, 57014 cancelled by a time-out,
// 57P01 to 57P05 shutting down, crashed, starting up, database dropped, idle for too long.
// 25P03 and 25P04 end a transaction that took too long.
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

// The words of pg and pg-pool, which have no codes.
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

/** The error, its causes and the members of an AggregateError (several addresses tried), outermost first. */
function* causes(error: unknown, depth = 0): Generator<Error> {
  if (!(error instanceof Error) || depth > 8) return
  yield error
  if (error instanceof AggregateError) for (const inner of error.errors) yield* causes(inner, depth + 1)
  yield* causes(error.cause, depth + 1)
}

function isSystemError(error: Error): boolean {
  if (!('code' in error) || typeof error.code !== 'string') return false
  // A unix socket whose server is gone, or not yet there.
  if (error.code === 'ENOENT') return 'syscall' in error && error.syscall === 'connect'
  return systemCodes.has(error.code)
}
