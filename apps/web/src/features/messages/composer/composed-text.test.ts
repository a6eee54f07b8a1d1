import { messageTextBytesMax } from '@deskbell/contract/limits'
import { messageTextSchema } from '@deskbell/contract/text'
import { expect, test } from 'vitest'
import { singleLine } from '../../../lib/typed-text.ts'
import { composedText, textRoom } from './composer-input.ts'

test.each(['  a\r\nb\rc \n', 'tab\tstays', 'a\u0000b\u001bc\u0085', 'half \ud83d of a sign', '😀', 'a\u009fb\u2028c'])(
  '[WEB-23] %j is sent as the server accepts it',
  (typed) => {
    const text = composedText(typed)
    expect(messageTextSchema.parse(text)).toBe(text)
  },
)

const pasted: readonly (readonly [string, string])[] = [
  ...['\r', '\r\n', '\u000b', '\u000c', '\u001c', '\u001d', '\u001e', '\u0085', '\u2028', '\u2029'].map(
    (sign) => [`one${sign}two`, 'one\ntwo'] as const,
  ),
  ...['\u0000', '\u0007', '\u0008', '\u001f', '\u007f', '\u0096'].map((sign) => [`one${sign}two`, 'one two'] as const),
  ['\u001b[31mred\u001b[0m', 'red'],
  ['one\ttwo', 'one\ttwo'],
  ['a\u200db\u00adc', 'a\u200db\u00adc'],
]

test.each(pasted)('[WEB-42] no two words of %j are joined', (typed, expected) => {
  expect(composedText(typed)).toBe(expected)
})

test('[WEB-42] in a single-line field separators are spaces', () => {
  expect(singleLine('Anna\u000bMaria\r\nPetrova\u2028Ivanova')).toBe('Anna Maria Petrova Ivanova')
})

test.each([
  '\u200b',
  '\u3164',
  '\u2800',
  '\u00a0\u2003',
  '\u200e\u200f',
  '\ufeff',
  '\u00ad',
  '\u{e0041}',
  '\u2060\n\t',
  '\ufe0f',
])('[WEB-42] %j is invisible, so it is not sent', (typed) => {
  expect(composedText(typed)).toBe('')
})

test.each(['.', '😀', '\u0301', 'ﷺ', '\u{f0000}'])('[WEB-42] %j is sent', (typed) => {
  expect(composedText(typed)).toBe(typed)
})

test('[WEB-23] the remaining room is shown from four fifths of the limit on, in characters', () => {
  expect(textRoom('a'.repeat(messageTextBytesMax * 0.8 - 1)).kind).toBe('plenty')
  expect(textRoom('я'.repeat(messageTextBytesMax * 0.4 + 1))).toEqual({ kind: 'near', chars: 1_638 })
  expect(textRoom('я'.repeat(messageTextBytesMax / 2))).toEqual({ kind: 'near', chars: 0 })
})

test.each([
  ['a'.repeat(17_599), 1_215],
  ['я'.repeat(messageTextBytesMax / 2 + 600), 600],
  [`${'a'.repeat(messageTextBytesMax)}я`, 1],
  [`${'a'.repeat(messageTextBytesMax - 1)}я`, 1],
  // A family of 25 bytes is one character, even if only a part of it is too much.
  [`${'a'.repeat(messageTextBytesMax - 5)}👨‍👩‍👧‍👦`, 1],
  [`${'a'.repeat(messageTextBytesMax)}👨‍👩‍👧‍👦🇩🇪é`, 3],
  ['a'.repeat(messageTextBytesMax + 200_000), 200_000],
])('[WEB-23] the number of characters that are too many is shown (%#)', (text, chars) => {
  expect(textRoom(text)).toEqual({ kind: 'over', chars })
})
