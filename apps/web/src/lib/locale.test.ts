import { expect, test } from 'vitest'
import { chooseLocale, regionalTag } from './locale.ts'

test('[WEB-8] the first supported language is chosen, else English', () => {
  expect(chooseLocale(['', 'de-DE', 'ru-RU', 'en'])).toBe('ru')
  expect(chooseLocale(['en-GB', 'ru'])).toBe('en')
  expect(chooseLocale(['de'])).toBe('en')
})

test('[WEB-8] times are formatted for the reader’s own region', () => {
  expect(regionalTag('en', ['ru', 'en-GB', 'en-US'])).toBe('en-GB')
  expect(regionalTag('ru', ['en-GB'])).toBe('ru')
  expect(regionalTag('en', ['en-US-u-hc-h23'])).toBe('en-US-u-hc-h23')
})

test.each([
  ['en-US@posix', 'en', 'en-US'],
  ['en_US.UTF-8', 'en', 'en-US'],
  ['ru_RU', 'ru', 'ru-RU'],
  ['ru-RU@currency=RUB', 'ru', 'ru-RU'],
  ['RU', 'ru', 'ru'],
  ['rus', 'ru', 'ru'],
  ['ru-x', 'ru', 'ru'],
  ['ru-RU-', 'ru', 'ru'],
  ['en--GB', 'en', 'en'],
  [' ru ', 'ru', 'ru'],
  ['ru-Latn-RU', 'ru', 'ru-Latn-RU'],
])('[WEB-37] the reported language %j is %j', (reported, locale, region) => {
  expect(chooseLocale([reported])).toBe(locale)
  expect(regionalTag(locale, [reported])).toBe(region)
})

test.each(['', 'C', 'POSIX', 'x', '*', '-', '@', '_', 'en\0', 'i-default', 'x-ru', 'русский', 'e'.repeat(99)])(
  '[WEB-37] %j is not a language, and nothing throws',
  (reported) => {
    for (const locale of ['en', 'ru']) {
      const region = regionalTag(locale, [reported])
      expect(new Intl.DateTimeFormat(region).format(0)).toBeTruthy()
    }
    expect(chooseLocale([reported, 'ru'])).toBe('ru')
  },
)

test('[WEB-37] values that are not strings are skipped', () => {
  expect(chooseLocale([null, undefined, 7, {}, ['ru'], Symbol('ru'), 'ru'])).toBe('ru')
  expect(regionalTag('ru', [null, { toString: () => 'ru' }, 'ru-BY'])).toBe('ru-BY')
})
