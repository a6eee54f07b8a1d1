import { z } from 'zod'

const lineSchema = z.looseObject({ level: z.number(), time: z.string(), msg: z.string().default('') })
const errorSchema = z.looseObject({ message: z.string() })
const levelNames: Record<number, string> = { 20: 'debug', 30: 'info ', 40: 'WARN ', 50: 'ERROR', 60: 'FATAL' }

/** Formats a JSON line of pino for a terminal: time, level, message, then the fields. Returns other text unchanged. */
export function readableLine(line: string): string {
  const parsed = lineSchema.safeParse(parse(line))
  if (!parsed.success) return line
  const { level, time, msg, ...fields } = parsed.data
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${show(value)}`)
  return `${time.slice(11, 19)} ${levelNames[level] ?? String(level)} ${msg}${rest.join('')}\n`
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function show(value: unknown): string {
  const error = errorSchema.safeParse(value)
  if (error.success) return error.data.message
  return typeof value === 'string' ? value : JSON.stringify(value)
}
