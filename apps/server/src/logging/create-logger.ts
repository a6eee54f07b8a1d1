import pino from 'pino'
import { loggableError } from './loggable-error.ts'
import { cutFields, printable } from './printable.ts'
import { readableLine } from './readable-line.ts'

/** Where the lines go. `isTTY`: a person reads them. */
export type LogOutput = {
  isTTY?: boolean
  write(line: string): unknown
  on(event: 'error', ignore: () => void): unknown
}

/**
 * Creates the log: JSON lines, or readable lines on a terminal. No code may log a message text or a token. The list of
 * hidden fields is a second protection. What callers send, such as the path of a call, may be in it: it is cut, and
 * nothing of it reaches a terminal as a control character.
 */
export function createLogger(level: string, output: LogOutput = process.stdout): pino.Logger {
  // Without a listener, the write error of a closed terminal would end the process before a clean stop.
  output.on('error', () => undefined)
  const format = output.isTTY === true ? readableLine : (line: string) => line
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: cutFields },
      serializers: { err: (error: unknown) => loggableError(error) },
      redact: { paths: hidden, censor: '[hidden]' },
    },
    {
      write: (line: string) => void output.write(`${printable(format(line).trimEnd())}\n`),
    },
  )
}

const secrets = ['text', 'token', 'password', 'authorization', 'cookie', 'connectionString']
const hidden = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
