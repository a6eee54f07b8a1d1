import { expect, test } from 'vitest'
import { linkTokens } from './find-links.ts'

const links = (text: string) =>
  linkTokens(text).flatMap((token) => (token.type === 'link' ? [[token.text, token.href]] : []))
const shown = (text: string) => links(text).map(([each]) => each)

test('[WEB-17] addresses become links without the punctuation after them', () => {
  expect(links('See https://example.com/a_(b)?c=1, or (http://example.org).')).toEqual([
    ['https://example.com/a_(b)?c=1', 'https://example.com/a_(b)?c=1'],
    ['http://example.org', 'http://example.org/'],
  ])
  expect(links('www.example.com и anna@example.com!')).toEqual([
    ['www.example.com', 'https://www.example.com/'],
    ['anna@example.com', 'mailto:anna@example.com'],
  ])
})

// Exactly these parts of each text are links.
const texts: readonly (readonly [string, ...string[]])[] = [
  // Every character that RFC 5322 allows before the @.
  ...[..."!#$%&'*+-/=?^_`|~."].map((sign) => [`a${sign}b@example.com`, `a${sign}b@example.com`] as const),
  ["O'Neil: o'neil@example.com.", "o'neil@example.com"],
  ['{}@example.com', '{}@example.com'],
  ['{anna,bob}@example.com'],
  ['bounce+anna=example.com@lists.example', 'bounce+anna=example.com@lists.example'],
  ['me@xn--e1afmkfd.xn--p1ai', 'me@xn--e1afmkfd.xn--p1ai'],
  ['анна@пример.рф', 'анна@пример.рф'],
  ['józef@example.pl', 'józef@example.pl'],
  ['почта:anna@пример.рф;bob@example.com,c@d.example', 'anna@пример.рф', 'bob@example.com', 'c@d.example'],
  ['<anna@example.com> «bob@example.com» „c@d.example“', 'anna@example.com', 'bob@example.com', 'c@d.example'],
  ["'anna@example.com', `b@c.example`, *d@e.example*", 'anna@example.com', 'b@c.example', 'd@e.example'],
  ['{anna@example.com}', 'anna@example.com'],
  ['请联系anna@example.com谢谢', 'anna@example.com'],
  ['mailto:anna@example.com?subject=Hi, or so', 'mailto:anna@example.com?subject=Hi'],
  ['a@b@example.com'],
  ['"anna b"@example.com'],
  ['anna@[127.0.0.1]'],
  ['anna@example'],
  ['anna@example.com@evil.example'],
  [`${'a'.repeat(65)}@example.com`],
  ['a..b@example.com'],
  ['.@example.com'],
  ['git@github.com:org/repo.git'],
  ['ssh://git@github.com/org/repo'],
  // Where a URL ends.
  ['https://en.wikipedia.org/wiki/Hubble’s_law', 'https://en.wikipedia.org/wiki/Hubble’s_law'],
  ["https://en.wikipedia.org/wiki/Hubble's_law", "https://en.wikipedia.org/wiki/Hubble's_law"],
  ['https://en.wikipedia.org/wiki/A–B_(C)', 'https://en.wikipedia.org/wiki/A–B_(C)'],
  ['https://ja.wikipedia.org/wiki/A・B', 'https://ja.wikipedia.org/wiki/A・B'],
  ...[...'。，、；：！？）」』】〉》”’“»›…،؛؟۔।｡　'].map(
    (sign) => [`https://a.example/x${sign} 谢谢`, 'https://a.example/x'] as const,
  ),
  ...[...'。，、；：！？）」』】〉》”“»›…،؛؟۔।'].map(
    (sign) => [`https://a.example${sign}谢谢`, 'https://a.example'] as const,
  ),
  ...[...'.,:;!?\'"*>)]}'].map((sign) => [`https://a.example/x${sign}`, 'https://a.example/x'] as const),
  ...['...', '?!', ').', '",', "',", '):', '**', '***', '**.'].map(
    (tail) => [`https://a.example/x${tail}`, 'https://a.example/x'] as const,
  ),
  [
    '„https://a.example“, "https://b.example" ‹https://c.example›',
    'https://a.example',
    'https://b.example',
    'https://c.example',
  ],
  ["'https://a.example/x','https://b.example/y'", 'https://a.example/x', 'https://b.example/y'],
  [
    '**https://a.example/x** *https://b.example/y* _https://c.example/z_',
    'https://a.example/x',
    'https://b.example/y',
    'https://c.example/z',
  ],
  ['https://a.example,https://b.example', 'https://a.example', 'https://b.example'],
  [
    'https://a.example/x;https://b.example/y|www.c.example',
    'https://a.example/x',
    'https://b.example/y',
    'www.c.example',
  ],
  ['https://archive.example/web/https://b.example/x', 'https://archive.example/web/https://b.example/x'],
  ['https://a.example/?u=https://b.example&a[]=1', 'https://a.example/?u=https://b.example&a[]=1'],
  ['https://a.example/x,y;z', 'https://a.example/x,y;z'],
  [
    '(https://a.example/(x)) [https://b.example] {https://c.example/y}',
    'https://a.example/(x)',
    'https://b.example',
    'https://c.example/y',
  ],
  ['[docs](https://a.example/x)', 'https://a.example/x'],
  ['https://www.google.com/maps/@59.9,30.3,12z', 'https://www.google.com/maps/@59.9,30.3,12z'],
  ['http://localhost:3000/x http://127.0.0.1:8080', 'http://localhost:3000/x', 'http://127.0.0.1:8080'],
  ['http://[::1]:8080/x https://[2001:db8::1]', 'http://[::1]:8080/x', 'https://[2001:db8::1]'],
  [
    'https://пример.рф/путь?а=б https://xn--e1afmkfd.xn--p1ai/',
    'https://пример.рф/путь?а=б',
    'https://xn--e1afmkfd.xn--p1ai/',
  ],
  ['请看https://a.example/x，谢谢 https://b.example谢谢', 'https://a.example/x', 'https://b.example'],
  ['HTTPS://A.EXAMPLE/X', 'HTTPS://A.EXAMPLE/X'],
  ['see www.a.example.', 'www.a.example'],
  ['www...'],
  ['www.'],
  ['www.x'],
  ['https://...'],
  ['a.www.example.com'],
  [`https://a.example/${'x'.repeat(15_000)}`, `https://a.example/${'x'.repeat(15_000)}`],
  ['https://a.example/gpj.\u202eexe', 'https://a.example/gpj'],
  // Addresses that lead elsewhere than they seem to.
  ['https://paypal.com@evil.test'],
  ['https://paypal.com:pay@evil.test/x'],
  ['https://paypal.com\\@evil.test'],
  ['https://аррӏе.com'],
  ['https://pаypal.com'],
  ['https://раураl.com'],
  ['https://ɡoogle.com'],
  ['https://gοοgle.com'],
  ['anna@ехаmple.com'],
  ['https://пример.com', 'https://пример.com'],
  ['https://münchen.example', 'https://münchen.example'],
  ['https://日本語abc.example', 'https://日本語abc.example'],
]

test.each(texts)('[WEB-17] finds the links of %j', (text, ...expected) => {
  expect(shown(text)).toEqual(expected)
})

test('[WEB-17] a link leads to the address that it shows', () => {
  expect(links("o'neil@example.com a%b?c#d@example.com anna@пример.рф")).toEqual([
    ["o'neil@example.com", "mailto:o'neil@example.com"],
    ['a%b?c#d@example.com', 'mailto:a%25b%3Fc%23d@example.com'],
    ['anna@пример.рф', 'mailto:anna@xn--e1afmkfd.xn--p1ai'],
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
  'JAVASCRIPT://%0aalert(1)',
  'blob:https//x',
  '//a.example/x',
])('[WEB-17] %j does not become a link', (text) => {
  expect(links(text)).toEqual([])
})

test.each(['a\n\nb https://x.example\nc', '', 'https://x.example', 'x'.repeat(30_000)])(
  '[WEB-17] no character of the text is lost',
  (text) => {
    expect(
      linkTokens(text)
        .map((token) => token.text)
        .join(''),
    ).toBe(text)
  },
)

/** Time of this thread on the processor: a busy machine does not add to it. */
function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}

test.each([
  `${'a.'.repeat(8_000)}@`,
  `https://${')'.repeat(16_000)}`,
  `https://a.example/${'('.repeat(16_000)}`,
  `https://a.example/${'([{'.repeat(5_000)}`,
  'a@b.co '.repeat(2_300),
  'http://a.b '.repeat(1_400),
  '"a'.repeat(8_000),
  'www.'.repeat(4_000),
  'mailto:'.repeat(2_300),
  'https://'.repeat(2_000),
  `https://${'a.'.repeat(8_000)}`,
  `https://a.example/${"'x".repeat(8_000)}`,
  '@a.b'.repeat(4_000),
  'https://a.com谢'.repeat(1_300),
  ',https://a'.repeat(1_600),
  'www.xn--'.repeat(2_000),
  'xn--www.'.repeat(2_000),
  // Eight messages of the greatest length.
  `https://a.example/?${';'.repeat(16_000)}x `.repeat(8),
])('[WEB-17] [WEB-100] a hostile text takes little time (%#)', (text) => {
  linkTokens('warm up: a@b.example')
  expect(cpuMs(() => linkTokens(text))).toBeLessThan(1_000)
})

test('[WEB-100] an address in the query of another one is shown once', () => {
  const text = 'mailto:a@b.example?cc=mailto:c@d.example,e@f.example&g=www.h.example'
  expect(linkTokens(`${text} and ${text}`).map((token) => token.text)).toEqual([text, ' and ', text])
  const texts = linkTokens('mailto:a@b.example?'.repeat(800)).map((token) => token.text)
  expect(texts.join('')).toBe('mailto:a@b.example?'.repeat(800))
})
