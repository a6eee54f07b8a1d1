import { expect, test } from 'vitest'
import { linkTokens } from './link-tokens.ts'

const links = (text: string) =>
  linkTokens(text).flatMap((token) => (token.type === 'link' ? [[token.text, token.href]] : []))

test('[WEB-17] addresses become links without the end of their sentence', () => {
  expect(links('See https://example.com/a_(b)?c=1, or (http://example.org).')).toEqual([
    ['https://example.com/a_(b)?c=1', 'https://example.com/a_(b)?c=1'],
    ['http://example.org', 'http://example.org/'],
  ])
  expect(links('www.example.com и anna@example.com!')).toEqual([
    ['www.example.com', 'https://www.example.com/'],
    ['anna@example.com', 'mailto:anna@example.com'],
  ])
})

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'https://',
  'https://bank.example@evil.example/',
  'file:///etc',
  '<b>x</b>',
])('[WEB-17] %j does not become a link', (text) => {
  expect(links(text).filter(([, href]) => !href?.startsWith('mailto:'))).toEqual([])
})

test.each(['a\n\nb https://x.example\nc', '', 'https://x.example', 'x'.repeat(30_000)])(
  '[WEB-17] no sign of the text is lost',
  (text) => {
    expect(
      linkTokens(text)
        .map((token) => token.text)
        .join(''),
    ).toBe(text)
  },
)

test('[WEB-17] a hostile text costs little time', () => {
  const start = performance.now()
  linkTokens(`${'a.'.repeat(8_000)}@`)
  linkTokens(`https://${')'.repeat(16_000)}`)
  expect(performance.now() - start).toBeLessThan(1_000)
})
