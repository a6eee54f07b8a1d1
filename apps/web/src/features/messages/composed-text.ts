import { messageTextBytesMax } from '@deskbell/contract/limits'
import { hasVisible } from '@deskbell/contract/visible'
import { separated } from '../../lib/typed-text.ts'

const encoder = new TextEncoder()
/** The count is shown from here on. */
const shownFrom = 0.8

/** What will really be sent: as the server stores it, so that nothing pasted makes it refuse. Empty when nothing is seen. */
export function composedText(typed: string): string {
  const text = separated(typed).toWellFormed().trim()
  return hasVisible(text) ? text : ''
}

export type TextRoom =
  | { readonly kind: 'plenty' }
  /** `chars` is how many more fit, or how many are too many, as people count them. */
  | { readonly kind: 'near' | 'over'; readonly chars: number }

/** How much of the limit a text takes. The limit is one of bytes of UTF-8, and people count characters. */
export function textRoom(text: string): TextRoom {
  // Three bytes for each unit is the most, so most texts need no counting.
  if (text.length * 3 < messageTextBytesMax * shownFrom) return { kind: 'plenty' }
  const bytes = encoder.encode(text).length
  if (bytes > messageTextBytesMax) return { kind: 'over', chars: charsOver(text) }
  if (bytes < messageTextBytesMax * shownFrom) return { kind: 'plenty' }
  // As many as of those that are written already.
  return { kind: 'near', chars: Math.floor(((messageTextBytesMax - bytes) * countChars(text)) / bytes) }
}

/** How many characters must go from the end until the rest fits. */
function charsOver(text: string): number {
  const { read } = encoder.encodeInto(text, new Uint8Array(messageTextBytesMax))
  if (text.length - read > segmentedMost) return countChars(text.slice(read))
  // The first that does not fit whole has to go whole.
  const around = text.slice(Math.max(0, read - longestCharUnits))
  const fits = Math.min(read, longestCharUnits)
  return charsOf(around).filter(({ index, segment }) => index + segment.length > fits).length
}

const segmentedMost = 50_000
const longestCharUnits = 64
let segmenter: Intl.Segmenter | undefined

/** What people take for one character, such as a family of four, is one. */
function charsOf(text: string): { readonly index: number; readonly segment: string }[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return [...segmenter.segment(text)]
}

function countChars(text: string): number {
  return text.length > segmentedMost ? [...text].length : charsOf(text).length
}
