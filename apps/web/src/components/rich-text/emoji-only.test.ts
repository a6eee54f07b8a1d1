import { expect, test } from 'vitest'
import { isEmojiOnly } from './rich-text.tsx'

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
])('[WEB-39] %s is shown large', (text) => {
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
])('[WEB-39] %j is not shown large', (text) => {
  expect(isEmojiOnly(text)).toBe(false)
})

test('[WEB-39] a hostile text takes little time', () => {
  const start = performance.now()
  expect(isEmojiOnly('👨‍👩‍👧‍👦'.repeat(2_000))).toBe(false)
  expect(isEmojiOnly(`${'👨‍'.repeat(38)}!`)).toBe(false)
  expect(performance.now() - start).toBeLessThan(200)
})
