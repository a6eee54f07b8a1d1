import { expect, test } from 'vitest'
import { isEmojiOnly } from './emoji-only.ts'

test.each([
  '😀',
  '👍🏽',
  '❤️',
  '👨‍👩‍👧‍👦',
  '🏳️‍🌈',
  '🇩🇪',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '1️⃣',
  '#️⃣',
  '❤️‍🔥',
  '❤‍🔥',
  '👩🏽‍💻',
  '😀😀😀',
  '🎉 🎂 🇫🇷',
  '✌🏿',
  '🤷‍♂️',
  '⌚',
])('[WEB-39] %s stands large', (text) => {
  expect(isEmojiOnly(text)).toBe(true)
})

test.each([
  '',
  'a',
  '1',
  '#',
  '*',
  '😀a',
  '😀😀😀😀',
  '!',
  '©',
  '™',
  '🇩',
  '\u200d',
  '\ufe0f',
  '123',
  '☎',
  '😀 ok',
  '‼',
])('[WEB-39] %j does not', (text) => {
  expect(isEmojiOnly(text)).toBe(false)
})

test('[WEB-39] a hostile text costs little time', () => {
  const start = performance.now()
  expect(isEmojiOnly('👨‍👩‍👧‍👦'.repeat(2_000))).toBe(false)
  expect(isEmojiOnly(`${'👨‍'.repeat(38)}!`)).toBe(false)
  expect(performance.now() - start).toBeLessThan(200)
})
