import { z } from 'zod'
import { callerIdCharsMax, emailCharsMax, messageTextBytesMax, nameCharsMax } from './limits.ts'

/** Well-formed Unicode without NUL; length counts code points. */
export function stringSchema(charsMin: number, charsMax: number) {
  return z
    .string()
    .superRefine((value, context) => {
      const fault = wellFormedFault(value) ?? lengthFault(value, charsMin, charsMax)
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, input: value })
    })
    .meta({ minLength: charsMin, maxLength: charsMax })
}

export const callerIdSchema = stringSchema(1, callerIdCharsMax)

/** Trimmed, 1–120 characters. */
export const nameSchema = z
  .string()
  .trim()
  .pipe(stringSchema(1, nameCharsMax))
  .meta({ description: `Trimmed; 1 to ${nameCharsMax} characters.` })

/** An address as people have them, also outside of ASCII: dotted words, `@`, and a name with a dot in it. */
const addressPattern =
  /^[^\s@"(),:;<>[\]\\.\p{C}]+(\.[^\s@"(),:;<>[\]\\.\p{C}]+)*@([\p{L}\p{M}\p{N}-]+\.)+[\p{L}\p{M}\p{N}-]+$/u

/** Trimmed and lower-cased; stored and returned so. */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(stringSchema(1, emailCharsMax))
  .pipe(z.email({ pattern: addressPattern }))
  .meta({ description: `Trimmed and lower-cased; an address of at most ${emailCharsMax} characters.` })

/** Message text: trimmed, `\n` line ends, no control characters but `\n` and `\t`, 1–16,384 bytes of UTF-8. */
export const messageTextSchema = z
  .string()
  .transform((value) => value.replace(/\r\n?/g, '\n').trim())
  .superRefine((value, context) => {
    const fault = wellFormedFault(value) ?? controlFault(value) ?? bytesFault(value)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, input: value })
  })
  .meta({
    description: `Trimmed; 1 to ${messageTextBytesMax} bytes of UTF-8; no control characters but line ends and tabs.`,
  })

function wellFormedFault(value: string): string | undefined {
  if (!value.isWellFormed()) return 'must be well-formed Unicode'
  return value.includes('\0') ? 'must not contain NUL' : undefined
}

function lengthFault(value: string, charsMin: number, charsMax: number): string | undefined {
  const chars = codePoints(value, charsMax)
  if (chars < charsMin) return charsMin === 1 ? 'must not be empty' : `must have at least ${charsMin} characters`
  return chars > charsMax ? `must have at most ${charsMax} characters` : undefined
}

/** Counts code points, but stops soon after `most`: the text may be hostile. */
function codePoints(value: string, most: number): number {
  if (value.length > 2 * most) return most + 1
  return [...value].length
}

function controlFault(value: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(value) ? 'must not contain control characters' : undefined
}

const encoder = new TextEncoder()

function bytesFault(value: string): string | undefined {
  if (value.length === 0) return 'must not be empty'
  const tooLong = value.length > messageTextBytesMax || encoder.encode(value).length > messageTextBytesMax
  return tooLong ? `must have at most ${messageTextBytesMax} bytes` : undefined
}
