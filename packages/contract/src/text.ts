import { z } from 'zod'
import { callerIdCharsMax, emailCharsMax, messageTextBytesMax, nameCharsMax } from './limits.ts'
import { type NormalForm, normalEmail, normalName, unseen, wellFormedFault } from './normal-form.ts'
import { hasVisible } from './visible.ts'

/** A string of well-formed Unicode without NUL. Its length is counted in code points. */
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

/** See `normalName`. */
export const nameSchema = normalised(normalName).meta({
  description: `One line: trimmed, NFC, 1 to ${nameCharsMax} characters, no control characters and none that turn the direction of text, something that is seen, and not the name of the product or of the system.`,
})

/** See `normalEmail`. */
export const emailSchema = normalised(normalEmail).meta({
  description: `An address of at most ${emailCharsMax} characters, in any script: trimmed and NFC, the domain as lower-case A-labels, ASCII letters lower-cased. A letter that NFC itself changes is refused.`,
})

/** A string that is converted to its normal form, or rejected with the reason why it has none. */
function normalised(normalForm: (given: string) => NormalForm) {
  return z.string().transform((given, context) => {
    const { value, fault } = normalForm(given)
    if (fault === undefined) return value
    context.addIssue({ code: 'custom', message: fault, input: given })
    return z.NEVER
  })
}

/**
 * The text of a message: trimmed, with `\n` as line end, without other control characters but `\t`, 1 to 16,384 bytes
 * of UTF-8, and with a visible character.
 */
export const messageTextSchema = trimmedText(messageTextFault).meta({
  description: `Trimmed; 1 to ${messageTextBytesMax} bytes of UTF-8; no control characters but line ends and tabs, and something that is seen.`,
})

/** The same, or empty: for a message that has attachments. */
export const captionSchema = trimmedText((value) => (value === '' ? undefined : messageTextFault(value))).meta({
  description: 'Like the text of any message; it may be empty where there are `uploadIds`.',
})

function messageTextFault(value: string): string | undefined {
  return wellFormedFault(value) ?? controlFault(value) ?? bytesFault(value) ?? visibleFault(value)
}

function trimmedText(faultOf: (value: string) => string | undefined) {
  return z
    .string()
    .transform((value) => value.replace(/\r\n?/g, '\n').trim())
    .superRefine((value, context) => {
      const fault = faultOf(value)
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, input: value })
    })
}

function lengthFault(value: string, charsMin: number, charsMax: number): string | undefined {
  const chars = codePoints(value, charsMax)
  if (chars < charsMin) return charsMin === 1 ? 'must not be empty' : `must have at least ${charsMin} characters`
  return chars > charsMax ? `must have at most ${charsMax} characters` : undefined
}

/**
 * Counts code points. For a text that is certainly too long it returns `most + 1`, because the text may be very long.
 */
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

function visibleFault(value: string): string | undefined {
  return hasVisible(value) ? undefined : unseen
}
