import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Inline } from './parse-inline.ts'
import { type Block, parseMarkup } from './parse-markup.ts'
import { plainText } from './rich-text.tsx'

/** A short form to compare with: `<b>…</b>` for bold, and so on. */
const tags = { bold: 'b', italic: 'i', code: 'c', link: 'a' } as const

function inline(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.type === 'text') return node.text
      const tag = tags[node.type]
      return `<${tag}>${'children' in node ? inline(node.children) : node.text}</${tag}>`
    })
    .join('')
}

function outline(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return inline(block.children)
    case 'code':
      return `[code ${block.language}:${block.text}]`
    case 'quote':
      return `[quote ${block.blocks.map(outline).join('|')}]`
    case 'bullets':
      return `[ul ${block.items.map(inline).join('|')}]`
    case 'numbers':
      return `[ol ${block.start}${block.end} ${block.items.map(inline).join('|')}]`
  }
}

const marked = (text: string) => parseMarkup(text).map(outline).join('¶')

test.each([
  ['**bold** and *italic* and `code`', '<b>bold</b> and <i>italic</i> and <c>code</c>'],
  ['**Note:** (*really*), "**so**".', '<b>Note:</b> (<i>really</i>), "<b>so</b>".'],
  ['***both***', '<b><i>both</i></b>'],
  ['**bold with *italic* in it**', '<b>bold with <i>italic</i> in it</b>'],
  ['*italic with **bold** in it*', '<i>italic with <b>bold</b> in it</i>'],
  ['**`code` and https://a.example/x**', '<b><c>code</c> and <a>https://a.example/x</a></b>'],
  ['**https://a.example/x**', '<b><a>https://a.example/x</a></b>'],
  ['`**not bold**` ``a ` b``', '<c>**not bold**</c> <c>a ` b</c>'],
  ['这是**重点**内容', '这是<b>重点</b>内容'],
  ['**Привет!** *да?*', '<b>Привет!</b> <i>да?</i>'],
  ['**42**', '<b>42</b>'],
  ['*вздыхает* 😀 *😀*', '<i>вздыхает</i> 😀 <i>😀</i>'],
  ['a\n**b**\n\nc', 'a\n<b>b</b>\n\nc'],
  ['- one\n- two *x*', '[ul one|two <i>x</i>]'],
  ['* one\n* two', '[ul one|two]'],
  ['Buy:\n- milk\n- bread\nThanks', 'Buy:¶[ul milk|bread]¶Thanks'],
  ['1. one\n2. two', '[ol 1. one|two]'],
  ['7) one\n8) two', '[ol 7) one|two]'],
  ['> quoted\n> more\nanswer', '[quote quoted\nmore]¶answer'],
  ['> a\n>\n> - b\n> - c', '[quote a|[ul b|c]]'],
  ['> > twice', '[quote [quote twice]]'],
  ['> > > > deep', '[quote [quote [quote > deep]]]'],
  ['```\n**x**\n\n  y\n```', '[code :**x**\n\n  y]'],
  ['see\n```ts\nconst a = 1\n```\nok', 'see¶[code ts:const a = 1]¶ok'],
  ['> ```\n> x\n> ```', '[quote [code :x]]'],
])('[WEB-39] %j is shown as markup', (text, expected) => {
  expect(marked(text)).toBe(expected)
})

test.each([
  '2*3*4',
  '5 * 3',
  '5 *3* 2',
  '2 ** 3 ** 4',
  '2**3**4',
  'snake_case and __init__ and _x_',
  '**',
  '****',
  '** **',
  '* *',
  '**open',
  'open**',
  '*a',
  '**a*',
  'price* and cost*',
  'f(*args, **kwargs)',
  'f(*a,*b) g(**c,**d)',
  'char *a, *b;',
  'count(*), sum(*)',
  '(*.txt|*.md) src/*.ts lib/*.ts',
  '/* comment */ /** doc */',
  '*/5 * * * * root',
  '^.*foo.*$',
  'f**k and sh*t',
  ':* *-* (*_*)',
  'don`t say can`t',
  '`',
  '``',
  '` `',
  '`open',
  '- one dash',
  '- one\n  - nested\n',
  '-5\n-6',
  '- - -',
  '1. one',
  '1. one\n1. one',
  '2024. A year\n2025. Another',
  '1.5 kg\n2.5 kg',
  '>:( and >>> print(1)',
  '>no space',
  '>',
  '```\nopen',
  '```\n```',
  '    indented\n      more',
  '<b>html</b> &amp; <script>',
  '[text](not a link) # heading\n---\n| a | b |',
])('[WEB-39] %j stays as it was typed', (text) => {
  expect(marked(text)).toBe(text.replace(/\n$/, ''))
})

const trace = `TypeError: Cannot read properties of undefined (reading 'a')
    at Object.<anonymous> (/srv/app/index.js:3:15)
    at Module._compile (node:internal/modules/cjs/loader:1554:14)`

test('[WEB-39] a stack trace without a fence keeps every character', () => {
  expect(marked(trace)).toBe(trace)
})

test('[WEB-39] rows and announcements show the text without its marks', () => {
  expect(plainText('**Hi** `x`\n> *quoted*\n- a\n- b\n1. c\n2. d\n```js\ny\n```')).toBe(
    'Hi x\nquoted\na\nb\n1. c\n2. d\ny',
  )
})

function visible(block: Block): string {
  if (block.type === 'code') return block.language + block.text
  if (block.type === 'quote') return block.blocks.map(visible).join('')
  return block.type === 'paragraph' ? words(block.children) : block.items.map(words).join('')
}

function words(nodes: readonly Inline[]): string {
  return nodes.map((node) => ('children' in node ? words(node.children) : node.text)).join('')
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depth))
}

const sign = fc.constantFrom(
  ...[
    '*',
    '**',
    '***',
    '`',
    '```',
    '\n',
    '\n> ',
    '\n- ',
    '\n1. ',
    '\n2. ',
    ' ',
    'a',
    'б',
    '谢',
    '1',
    '.',
    '(',
    ')',
    '/',
  ],
  ...['_', '"', "'", '😀', '\u0301', '\ud800', 'https://a.example/x', 'a@b.example', '> ', '>', '- ', '\t', ',', '@'],
)

test('[WEB-39] only marks are removed, whatever is typed', () => {
  const property = fc.property(fc.array(sign, { maxLength: 60 }), (signs) => {
    const text = signs.join('')
    const blocks = parseMarkup(text)
    expect(depth(blocks)).toBeLessThan(30)
    const shown = blocks.map(visible).join('').replace(/\s/g, '')
    // Walks over both texts: a character that is not shown must be a mark.
    let at = 0
    for (const each of text.replace(/\s/g, '')) {
      if (shown.startsWith(each, at)) at += each.length
      else expect('*`>-12.'.includes(each), `${each} in ${JSON.stringify(text)}`).toBe(true)
    }
    expect(at).toBe(shown.length)
  })
  // Asterisks can begin an address, and are not marks then.
  fc.assert(property, { numRuns: 3_000, examples: [[[...'**a@b.example*\u0301**']]] })
})

/** Time of this thread on the processor: a busy machine does not add to it. */
function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}

test.each([
  '*a '.repeat(5_400),
  'a* '.repeat(5_400),
  '*a* **b** ***c*** '.repeat(900),
  '*a **b ***c '.repeat(1_300),
  `${'*a '.repeat(2_700)}${'b* '.repeat(2_700)}`,
  `*1 ${'1* '.repeat(5_000)}`,
  Array.from({ length: 175 }, (_, index) => '`'.repeat(index + 1)).join(' '),
  '`a` '.repeat(4_000),
  '` '.repeat(8_000),
  '> '.repeat(8_000),
  '> a\n\n'.repeat(3_200),
  '- a\n'.repeat(4_000),
  '```\n'.repeat(4_000),
  '```js\n'.repeat(2_600),
  '\n'.repeat(16_000),
  `1. a\n${'2. b\n'.repeat(3_000)}`,
  '*https://a.example/x* '.repeat(700),
  '@a\n'.repeat(25_000),
])('[WEB-39] [WEB-100] a hostile text takes little time (%#)', (text) => {
  parseMarkup('warm up *a* https://a.example')
  expect(cpuMs(() => parseMarkup(text))).toBeLessThan(1_000)
})
