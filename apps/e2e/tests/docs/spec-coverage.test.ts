import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Returns the ids of the rules: each begins a list item of the page. */
function ruleIds(): string[] {
  const page = readFileSync(`${root}docs/SPEC.md`, 'utf8')
  return [...page.matchAll(/^- ([A-Z]{2,8}-\d+) /gm)].map((match) => match[1] ?? '')
}

/** Returns the ids at the beginning of strings in tests, such as the title `[MSG-3] [MSG-4] …`. */
function quotedIds(): Set<string> {
  const files = globSync(['{apps,packages,examples}/*/{src,tests}/**/*.{ts,tsx}', 'scripts/**/*.test.mjs'], {
    cwd: root,
  })
  const ids = new Set<string>()
  for (const file of files) {
    const text = readFileSync(`${root}${file}`, 'utf8')
    for (const [titleStart] of text.matchAll(/[`'"](?:\[[A-Z]{2,8}-\d+\] ?)+/g)) {
      for (const [id] of titleStart.matchAll(/[A-Z]{2,8}-\d+/g)) ids.add(id)
    }
  }
  return ids
}

test('no rule of docs/SPEC.md is defined twice', () => {
  const ids = ruleIds()
  expect(ids.length).toBeGreaterThan(0)
  expect(ids).toEqual([...new Set(ids)])
})

test('every rule of docs/SPEC.md is quoted by a test', () => {
  const quoted = quotedIds()
  expect(ruleIds().filter((id) => !quoted.has(id))).toEqual([])
})

test('every id that a test quotes is a rule of docs/SPEC.md', () => {
  const rules = new Set(ruleIds())
  expect([...quotedIds()].filter((id) => !rules.has(id))).toEqual([])
})
