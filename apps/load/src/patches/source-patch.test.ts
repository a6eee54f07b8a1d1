import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { seededBugs } from './seeded-bugs.ts'
import { applyPatch } from './source-patch.ts'

const patch = { file: 'a.ts', find: 'one', replace: 'two' }

describe('a patch', () => {
  test('[CHECK-3] replaces its place', () => {
    expect(applyPatch('say one thing', patch)).toBe('say two thing')
  })

  test.each(['say nothing', 'one and one'])('[CHECK-3] refuses "%s", where its place is not exactly once', (source) => {
    expect(() => applyPatch(source, patch)).toThrow('a.ts')
  })
})

test('[CHECK-3] every seeded bug still finds its place in the source', () => {
  for (const { patches } of seededBugs.values()) {
    for (const each of patches)
      applyPatch(readFileSync(new URL(`../../../../${each.file}`, import.meta.url), 'utf8'), each)
  }
})
