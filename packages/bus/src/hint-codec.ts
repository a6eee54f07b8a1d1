import { logEntrySchema } from '@deskbell/contract/events'
import { chatIdSchema, userIdSchema } from '@deskbell/contract/ids'
import { roleSchema } from '@deskbell/contract/users'
import { z } from 'zod'
import type { Hint } from './bus.ts'

const seq = z.int().min(0)

const hintSchema: z.ZodType<Hint> = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('chat'),
    epoch: z.string(),
    chatId: chatIdSchema,
    clientId: userIdSchema,
    operatorId: userIdSchema.nullable(),
    rev: seq,
    seq,
    entries: z.array(logEntrySchema),
  }),
  z.object({
    t: z.literal('mark'),
    epoch: z.string(),
    chatId: chatIdSchema,
    clientId: userIdSchema,
    userId: userIdSchema,
    role: roleSchema,
    deliveredSeq: seq,
    readSeq: seq,
  }),
  z.object({
    t: z.literal('typing'),
    epoch: z.string(),
    chatId: chatIdSchema,
    userId: userIdSchema,
    role: roleSchema,
    until: z.iso.datetime(),
  }),
  z.object({ t: z.literal('session'), sessionId: z.int().positive() }),
])

const payloadSchema = z.object({ from: z.string(), hints: z.array(z.unknown()) })

export type Payload = { from: string; hints: Hint[]; broken: number }

/**
 * Encodes hints into payloads of at most `bytesMax` bytes each, in order. A chat hint that is too large is encoded
 * without its entries. A hint that is still too large is left out.
 */
export function encodeHints(from: string, hints: readonly Hint[], bytesMax: number): string[] {
  const head = `{"from":${JSON.stringify(from)},"hints":[`
  const room = bytesMax - Buffer.byteLength(head) - 2
  const payloads: string[] = []
  let body: string[] = []
  let bytes = 0
  for (const hint of hints) {
    const text = encodeHint(hint, room)
    if (text === null) continue
    const size = Buffer.byteLength(text) + 1
    if (bytes + size > room && body.length > 0) {
      payloads.push(`${head}${body.join(',')}]}`)
      body = []
      bytes = 0
    }
    body.push(text)
    bytes += size
  }
  if (body.length > 0) payloads.push(`${head}${body.join(',')}]}`)
  return payloads
}

/** Returns null when the payload has another format. `broken` is the number of invalid hints, which are left out. */
export function decodePayload(text: string): Payload | null {
  const payload = payloadSchema.safeParse(parseJson(text))
  if (!payload.success) return null
  const hints: Hint[] = []
  for (const raw of payload.data.hints) {
    const hint = hintSchema.safeParse(raw)
    if (hint.success) hints.push(hint.data)
  }
  return { from: payload.data.from, hints, broken: payload.data.hints.length - hints.length }
}

function encodeHint(hint: Hint, room: number): string | null {
  const text = JSON.stringify(hint)
  if (Buffer.byteLength(text) < room) return text
  if (hint.t !== 'chat' || hint.entries.length === 0) return null
  return encodeHint({ ...hint, entries: [] }, room)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
