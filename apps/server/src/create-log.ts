import pino from 'pino'
import { loggableError } from './loggable-error.ts'
import { readableLine } from './readable-line.ts'

/**
 * JSON lines, or readable ones on a terminal. Nobody logs a message text or a token;
 * the list of hidden fields is there for the day somebody does.
 */
export function createLog(level: string): pino.Logger {
  // A closed terminal must not end the process before it has stopped cleanly.
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
