import { hasVisible, messageTextBytesMax } from '@deskbell/sdk'
import { separated } from '../../../lib/typed-text.ts'

const encoder = new TextEncoder()
/** The count is shown from this share of the limit on. */
const shownFrom = 0.8

/**
 * Returns what is sent: the text as the server stores it, so that no pasted character makes it refuse. Empty if no
 * character is visible.
 */
export function composedText(typed: string): string {
  const text = separated(typed).toWellFormed().trim()
  return hasVisible(text) ? text : ''
}

export type TextRoom =
  | { readonly kind: 'plenty' }
  /** `chars` is how many more fit, or how many are too many, as users count them. */
  | { readonly kind: 'near' | 'over'; readonly chars: number }

/** Returns how much room a text leaves. The limit is in bytes of UTF-8, but users count characters. */
export function textRoom(text: string): TextRoom {
  // A unit takes three bytes at most, so most texts need no counting.
  if (text.length * 3 < messageTextBytesMax * shownFrom) return { kind: 'plenty' }
  const bytes = encoder.encode(text).length
  if (bytes > messageTextBytesMax) return { kind: 'over', chars: charsOver(text) }
  if (bytes < messageTextBytesMax * shownFrom) return { kind: 'plenty' }
  // Assumes that further characters are as long as the typed ones.
  return { kind: 'near', chars: Math.floor(((messageTextBytesMax - bytes) * countChars(text)) / bytes) }
}

/** Returns how many characters must be removed from the end until the rest fits. */
function charsOver(text: string): number {
  const { read } = encoder.encodeInto(text, new Uint8Array(messageTextBytesMax))
  if (text.length - read > segmentedMost) return countChars(text.slice(read))
  // The first character that does not fit as a whole must be removed as a whole.
  const around = text.slice(Math.max(0, read - longestCharUnits))
  const fits = Math.min(read, longestCharUnits)
  return charsOf(around).filter(({ index, segment }) => index + segment.length > fits).length
}

const segmentedMost = 50_000
const longestCharUnits = 64
let segmenter: Intl.Segmenter | undefined

/** What users take for one character, such as a family of four, is one. */
function charsOf(text: string): { readonly index: number; readonly segment: string }[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return [...segmenter.segment(text)]
}

function countChars(text: string): number {
  return text.length > segmentedMost ? [...text].length : charsOf(text).length
}

/** Joins texts by line breaks, without the empty ones. */
export function joinTexts(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n')
}

/** The relevant part of a keyboard event. */
export type ComposerKey = {
  readonly key: string
  /** The position of the key, whatever the layout types there. */
  readonly code?: string
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly isComposing: boolean
  readonly keyCode: number
}

export type ComposerAction = 'submit' | 'break' | 'escape' | 'arrow-up' | 'undo' | 'none'

/** Safari ends the composition before this event, and reports it only by this code. */
const composingKeyCode = 229

/** Returns what a key does in the composer. During a composition the keys belong to the input method. */
export function composerAction(event: ComposerKey, text: string): ComposerAction {
  if (event.isComposing || event.keyCode === composingKeyCode) return 'none'
  if (event.key === 'Enter') {
    // Every browser inserts a line break at Shift+Enter, but not at Alt+Enter.
    if (event.shiftKey) return 'none'
    return event.altKey ? 'break' : 'submit'
  }
  if (event.key === 'Escape') return 'escape'
  if (isUndo(event) && text === '') return 'undo'
  const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey
  return event.key === 'ArrowUp' && plain && text === '' ? 'arrow-up' : 'none'
}

function isUndo({ key, code, ctrlKey, metaKey, shiftKey, altKey }: ComposerKey): boolean {
  return (ctrlKey || metaKey) && !shiftKey && !altKey && (key.toLowerCase() === 'z' || code === 'KeyZ')
}
