import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSync } from 'vite'
import { expect, test } from 'vitest'

type Node = { readonly type: string; readonly start: number } & Readonly<Record<string, unknown>>

/** Texts in these attributes are visible or read aloud. */
const spokenAttributes =
  /^(?:aria-label|aria-description|aria-placeholder|aria-roledescription|aria-valuetext|alt|label|placeholder|title)$/
const letters = /\p{L}{2,}/u

/** Returns the texts in a file's markup that are outside the catalogues, each with its line. */
function strayTexts(path: string, source: string): string[] {
  const { program, errors } = parseSync(path, source)
  if (errors.length > 0) throw new Error(`${path} does not parse`)
  const found: string[] = []
  const report = (node: Node, text: unknown) => {
    if (typeof text !== 'string' || !letters.test(text)) return
    found.push(`${path}:${source.slice(0, node.start).split('\n').length} ${text.trim()}`)
  }
  walk(program, report)
  return found
}

type Report = (node: Node, text: unknown) => void

function walk(value: unknown, report: Report): void {
  if (Array.isArray(value)) for (const each of value) walk(each, report)
  if (!isNode(value) || isTranslated(value)) return
  if (value.type === 'JSXText') report(value, value['value'])
  if (value.type === 'JSXAttribute' && spokenAttributes.test(nameOf(value))) shown(value['value'], report)
  if (value.type === 'JSXElement' || value.type === 'JSXFragment') shown(value['children'], report)
  for (const [key, part] of Object.entries(value)) if (key !== 'parent') walk(part, report)
}

/** Reports literals that are rendered as they are: directly, or as one side of a condition. */
function shown(value: unknown, report: Report): void {
  if (Array.isArray(value)) for (const each of value) shown(each, report)
  if (!isNode(value)) return
  if (value.type === 'Literal') report(value, value['value'])
  if (value.type === 'TemplateLiteral') for (const part of [value['quasis']].flat()) report(value, text(part))
  if (value.type === 'JSXExpressionContainer') shown(value['expression'], report)
  if (value.type === 'ConditionalExpression') shown([value['consequent'], value['alternate']], report)
  if (value.type === 'LogicalExpression') shown([value['left'], value['right']], report)
}

function text(quasi: unknown): unknown {
  const value = isNode(quasi) ? quasi['value'] : undefined
  return typeof value === 'object' && value !== null ? Reflect.get(value, 'raw') : undefined
}

/** True inside the macros, and where the page says that a text is the same in all languages. */
function isTranslated(node: Node): boolean {
  if (node.type !== 'JSXElement' || !isNode(node['openingElement'])) return false
  const opening = node['openingElement']
  if (nameOf(opening) === 'Trans' || nameOf(opening) === 'Plural') return true
  return [opening['attributes']].flat().some((each) => isNode(each) && nameOf(each) === 'translate')
}

function nameOf(node: Node): string {
  const name = isNode(node['name']) ? node['name']['name'] : undefined
  return typeof name === 'string' ? name : ''
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string'
}

test('[WEB-8] no visible text is outside the catalogues', async () => {
  const files = (await readdir(import.meta.dirname, { recursive: true })).filter((name) => name.endsWith('.tsx'))
  expect(files.length).toBeGreaterThan(30)
  const sources = files.map(async (name) => strayTexts(name, await readFile(join(import.meta.dirname, name), 'utf8')))
  expect((await Promise.all(sources)).flat()).toEqual([])
})

test.each([
  '<p>Hello</p>',
  '<p>{open ? "Hello" : <b />}</p>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: source code as text
  '<p>{open && `Hello ${name}`}</p>',
  '<button aria-label="Hello" />',
  '<input placeholder={"Hello"} />',
  '<Trans>Yes</Trans>; const a = <i title="Hello" />',
])('[WEB-8] the check finds %j', (source) => {
  expect(strayTexts('x.tsx', `export const x = ${source}`)).toHaveLength(1)
})

test.each([
  '<p><Trans>Hello</Trans></p>',
  '<p>{t`Hello`}</p>',
  '<p aria-label={t`Hello`} className="flex">·</p>',
  '<b translate="no">Deskbell</b>',
])('[WEB-8] the check accepts %j', (source) => {
  expect(strayTexts('x.tsx', `export const x = ${source}`)).toEqual([])
})
