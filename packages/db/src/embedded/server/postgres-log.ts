/** The log of the supervisor and the server. It has the signatures of pino. */
export type PostgresLogger = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Logs a line of the server's output. Errors of statements are left out, because their caller gets them. */
export function logServerLine(log: PostgresLogger, line: string): void {
  const [, severity, message] = /^(\w+):\s+(.*)$/.exec(line) ?? []
  if (!severity || !message) return
  if (severity === 'PANIC') log.error({ severity }, `PostgreSQL: ${message}`)
  if (severity === 'FATAL' || severity === 'WARNING') log.warn({ severity }, `PostgreSQL: ${message}`)
  if (severity === 'LOG') log.debug({ severity }, `PostgreSQL: ${message}`)
}
