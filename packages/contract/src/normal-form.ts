import { emailCharsMax, nameCharsMax } from './limits.ts'
import { hasVisible } from './visible.ts'

/*
 * The normal form of e-mail addresses and names, in which they are stored, compared and returned.
 * Characters are classified by their Unicode properties. The module does not import zod, so that pages can import it.
 */

/** A text in its one form, or why it has none: the end of a sentence that begins with the name of the field. */
export type NormalForm = { value: string; fault?: undefined } | { value?: undefined; fault: string }

/**
 * NFC; the domain as lower-case A-labels; of the part before the `@` only ASCII letters are lower-cased, because what
 * other letters mean there is up to the receiving server. Normalising a normal form changes nothing.
 */
export function normalEmail(given: string): NormalForm {
  const text = given.trim()
  const fault = wellFormedFault(text) ?? lengthFault(text, emailCharsMax * 2)
  if (fault !== undefined) return { fault }
  // Composing letters and marks does not change an address. But a letter with another standard form could be mistaken
  // for the letter of another address.
  if ([...text].some((character) => character !== character.normalize('NFC')))
    return { fault: 'must not contain letters that have another standard form' }
  const [, local, domain] = address.exec(text.normalize('NFC')) ?? []
  const labels = domain === undefined ? undefined : asciiDomain(domain)
  if (local === undefined || labels === undefined) return { fault: 'must be an email address' }
  // Composed again, because some marks compose with the small letter only.
  const value = `${local.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).normalize('NFC')}@${labels}`
  const tooLong = lengthFault(value, emailCharsMax)
  return tooLong === undefined ? { value } : { fault: tooLong }
}

/** Visible words with dots between them, `@`, and a domain with a dot. Domains of some scripts need joiners. */
const word = String.raw`[^\s@"(),:;<>[\]\\.\p{C}\p{Default_Ignorable_Code_Point}]+`
const label = String.raw`[\p{L}\p{M}\p{N}\p{Join_Control}-]+`
const address = new RegExp(`^(${word}(?:\\.${word})*)@((?:${label}[.\u3002\uff0e\uff61])+${label})$`, 'u')

/** Converts a domain as browsers do (UTS #46). They would parse one whose last label is a number as an IP address. */
function asciiDomain(domain: string): string | undefined {
  const host = hostOf(domain)
  if (host === undefined || host.length > 253) return undefined
  const labels = host.split('.')
  const last = labels.at(-1) ?? ''
  if (labels.length < 2 || /^(\d+|0x[\da-f]*)$/.test(last)) return undefined
  return labels.every((label) => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/.test(label)) ? host : undefined
}

function hostOf(domain: string): string | undefined {
  try {
    return new URL(`http://${domain}`).hostname
  } catch {
    return undefined
  }
}

/** NFC and trimmed: one line that can be seen, whose characters stand in the order in which they are stored. */
export function normalName(given: string): NormalForm {
  const text = given.trim()
  const tooLong = lengthFault(text, nameCharsMax * composedOf)
  if (tooLong !== undefined) return { fault: `must have at most ${nameCharsMax} characters` }
  const value = text.normalize('NFC')
  const fault =
    wellFormedFault(value) ??
    (value.length === 0 ? 'must not be empty' : undefined) ??
    lengthFault(value, nameCharsMax) ??
    (controls.test(value) ? 'must not contain control characters or line breaks' : undefined) ??
    (reordering.test(value) ? 'must not contain characters that turn the direction of text' : undefined) ??
    (hasVisible(value) ? undefined : unseen) ??
    (reserved.has(skeleton(value)) ? 'must not be the name of the product or of the system' : undefined)
  return fault === undefined ? { value } : { fault }
}

/**
 * The most characters that NFC composes into one: a Greek letter and its three marks. The time of `normalize` grows with
 * the square of the marks of one letter, so the length is checked before it.
 */
const composedOf = 4

/** Control characters, and the Unicode separators of lines and paragraphs. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u
/**
 * Embeddings, overrides and isolates. The three marks reorder no other text, and names of some scripts contain them.
 */
const reordering = /(?![\u061c\u200e\u200f])\p{Bidi_Control}/u

/** Reduces a name to lower-case letters and digits, look-alikes as one: names that are read as the same one are equal. */
function skeleton(name: string): string {
  const letters = name.normalize('NFKD').replace(/[^\p{L}\p{N}|]/gu, '')
  return [...letters.toLowerCase()].map((letter) => lookAlikes.get(letter) ?? letter).join('')
}

/** For the letters of reserved names: a Latin one, and those of Cyrillic and Greek that are read as it. */
const lookAlikes = new Map(
  ['bвьβ', 'dԁ', 'eеєε', 'kкκ', 'li1|ıіӏɩι', 'mмμ', 'sѕꜱ', 'tтτ', 'yуүυγ'].flatMap(([latin = '', ...others]) =>
    others.map((other) => [other, latin] as const),
  ),
)

/** Whoever bears one would seem to speak for the product. */
const reserved = new Set(['Deskbell', 'System', 'Система'].map(skeleton))

export const unseen = 'must have a character that can be seen'

export function wellFormedFault(value: string): string | undefined {
  // A lone surrogate.
  if (/\p{Cs}/u.test(value)) return 'must be well-formed Unicode'
  return value.includes('\0') ? 'must not contain NUL' : undefined
}

/** Counts code points only if the text is short enough, because it may be very long. */
function lengthFault(value: string, charsMax: number): string | undefined {
  const isLong = value.length > 2 * charsMax || [...value].length > charsMax
  return isLong ? `must have at most ${charsMax} characters` : undefined
}
