import { expect, test } from 'vitest'
import { regional } from '../components/use-format.ts'
import { chooseLocale } from './locale.ts'

test('[WEB-8] the first wanted language that exists is taken, else English', () => {
  expect(chooseLocale(['', 'de-DE', 'ru-RU', 'en'])).toBe('ru')
  expect(chooseLocale(['en-GB', 'ru'])).toBe('en')
  expect(chooseLocale(['de'])).toBe('en')
})

test('[WEB-8] times are written as the reader’s own region does', () => {
  expect(regional('en', ['ru', 'en-GB', 'en-US'])).toBe('en-GB')
  expect(regional('ru', ['en-GB'])).toBe('ru')
})
