import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditActions } from '@deskbell/contract/access/audit'
import { expect, test } from 'vitest'

const core = join(import.meta.dirname, '../../../../../../packages/core/src')

/** Returns what the pattern captures in a source file, each once, in order. */
function findAll(file: string, pattern: RegExp): string[] {
  return [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, found = '']) => found)
}

test('[WEB-121] every action that the server writes into the audit log has words', () => {
  const files = globSync('**/*.ts', { cwd: core }).filter((file) => !file.endsWith('.test.ts'))
  const written = files.flatMap((file) => findAll(join(core, file), /\baction: '([^']+)'/g))
  expect([...new Set(written)].toSorted()).toEqual([...auditActions].toSorted())
  const worded = findAll(join(import.meta.dirname, 'action-words.ts'), /^ {2}'([^']+)': msg`/gm)
  expect(worded.toSorted()).toEqual([...auditActions].toSorted())
})
