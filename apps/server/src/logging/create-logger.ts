import pino from 'pino'
import { loggableError } from './loggable-error.ts'
import { readableLine } from './readable-line.ts'

/**
 * Creates the log: JSON lines, or readable lines on a terminal. No code may log a message text or a token. The list of
 * hidden fields is a second protection.
 */
export function createLogger(level: string): pino.Logger {
  // Without a listener, the write error of a closed terminal would end the process before a clean stop.
  process.stdout.on('error', () => undefined)
  const format = process.stdout.isTTY ? readableLine : (line: string) => line
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => loggableError(error) },
      redact: { paths: hidden, censor: '[hidden]' },
    },
    {
      write: (line: string) => void process.stdout.write(format(line)),
    },
  )
}

const secrets = ['text', 'token', 'password', 'authorization', 'cookie', 'connectionString']
const hidden = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
