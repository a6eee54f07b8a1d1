/** Where the supervisor and the server say what matters. The shape of pino's calls. */
export type PostgresLog = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Hands a line of the server's own log on. Errors of single statements are their caller's business and are left out. */
export function logServerLine(log: PostgresLog, line: string): void {
  const [, severity, message] = /^(\w+):\s+(.*)$/.exec(line) ?? []
  if (!severity || !message) return
  if (severity === 'PANIC') log.error({ severity }, `PostgreSQL: ${message}`)
  if (severity === 'FATAL' || severity === 'WARNING') log.warn({ severity }, `PostgreSQL: ${message}`)
  if (severity === 'LOG') log.debug({ severity }, `PostgreSQL: ${message}`)
}
